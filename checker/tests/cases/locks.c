// rules: storport/StorPortSpinLock storport/SpChangeIrql storport/StorPortIrql
// A role is entered with the locks of its caller, never with a handle of its own; and which lock is taken decides the
// level, and every call that it is too high for is a place to mend.

#include <storport.h>

typedef struct _HBA_EXTENSION {
    ULONG Lost;
    PVOID Event;
    PVOID Log;
    PMDL Mdl;
} HBA_EXTENSION, *PHBA_EXTENSION;

HW_RESET_BUS HbaResetBus;
HW_BUILDIO HbaBuildIo;
HW_BUILDIO HbaBuildIoBalanced;
HW_INTERRUPT HbaInterrupt;

BOOLEAN HbaResetBus(PVOID DeviceExtension, ULONG PathId)
{
    PHBA_EXTENSION hba = (PHBA_EXTENSION)DeviceExtension;
    STOR_LOCK_HANDLE lock = {0};

    StorPortAcquireSpinLock(hba, InterruptLock, NULL, &lock);
    hba->Lost++;
    return TRUE; //~ StorPortSpinLock SpChangeIrql
}

BOOLEAN HbaBuildIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    STOR_LOCK_HANDLE lock = {0};

    StorPortReleaseSpinLock(DeviceExtension, &lock); //~ StorPortSpinLock
    return TRUE;
}

BOOLEAN HbaBuildIoBalanced(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    PHBA_EXTENSION hba = (PHBA_EXTENSION)DeviceExtension;
    STOR_LOCK_HANDLE lock = {0};

    StorPortAcquireSpinLock(hba, InterruptLock, NULL, &lock);
    hba->Lost++;
    StorPortReleaseSpinLock(hba, &lock);
    return TRUE;
}

static VOID HbaTake(PHBA_EXTENSION Hba)
{
    StorPortFreeMdl(Hba, Hba->Mdl); //~ StorPortIrql
    StorPortFreePool(Hba, Hba->Event); //~ StorPortIrql
    StorPortFreePool(Hba, Hba->Log); //~ StorPortIrql
}

BOOLEAN HbaInterrupt(PVOID DeviceExtension)
{
    HbaTake((PHBA_EXTENSION)DeviceExtension);
    return TRUE;
}
