// rules: wdm/IrqlMmDispatch
// Functions of one name that only their own files see: what one file registers says nothing of the other's.

#include <ntddk.h>

VOID SendAll(VOID);

static ULONG_PTR Work(ULONG_PTR Argument)
{
    MmFreeContiguousMemory((PVOID)Argument);
    return Argument;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    Work(0);
    SendAll();
    return STATUS_SUCCESS;
}
