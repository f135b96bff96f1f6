// rules: wdm/IrqlMmDispatch
#include <ntddk.h>

static ULONG_PTR Work(ULONG_PTR Argument)
{
    MmFreeContiguousMemory((PVOID)Argument); //~ IrqlMmDispatch
    return Argument;
}

VOID SendAll(VOID)
{
    KeIpiGenericCall(Work, 0);
}
