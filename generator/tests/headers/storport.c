/* Driver code as drivers write it: it must compile against the generated headers. */
#include <storport.h>
typedef struct _EXT { STOR_DPC Dpc; } EXT, *PEXT;
HW_INITIALIZE Initialize;
HW_STARTIO StartIo;
HW_FIND_ADAPTER FindAdapter;
HW_DPC_ROUTINE Dpc;
VOID Dpc(PSTOR_DPC Routine, PVOID DeviceExtension, PVOID One, PVOID Two)
{
    STOR_LOCK_HANDLE handle;
    UNREFERENCED_PARAMETER(One);
    UNREFERENCED_PARAMETER(Two);
    StorPortAcquireSpinLock(DeviceExtension, DpcLock, Routine, &handle);
    StorPortReleaseSpinLock(DeviceExtension, &handle);
}
BOOLEAN StartIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    Srb->SrbStatus = SRB_STATUS_SUCCESS;
    StorPortNotification(RequestComplete, DeviceExtension, Srb);
    return TRUE;
}
BOOLEAN Initialize(PVOID DeviceExtension)
{
    StorPortInitializeDpc(DeviceExtension, &((PEXT)DeviceExtension)->Dpc, Dpc);
    return TRUE;
}
ULONG DriverEntry(PVOID DriverObject, PVOID RegistryPath)
{
    HW_INITIALIZATION_DATA data = { 0 };
    data.HwInitialize = Initialize;
    data.HwStartIo = StartIo;
    return StorPortInitialize(DriverObject, RegistryPath, &data, NULL);
}
