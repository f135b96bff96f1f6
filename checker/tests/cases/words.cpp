// rules: wdm/IrqlZwPassive wdm/SpinLock
// Marks before arguments, names inside string literals, results that are enumerations.

#include <ntddk.h>

enum STEP { STEP_NEXT, STEP_LAST };

typedef struct _PUMP {
    HANDLE Thread;
    KSPIN_LOCK Lock;
} PUMP;

VOID PumpMain(PVOID Context)
{
    PUMP *pump = (PUMP *)Context;

    // A system thread begins at PASSIVE_LEVEL.
    if (KeGetCurrentIrql() > PASSIVE_LEVEL) {
        ZwClose(pump->Thread);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS PumpStart(PUMP *pump)
{
    DbgPrint("--> "__FUNCTION__" starts\n");
    return PsCreateSystemThread(OUT &pump->Thread, IN THREAD_ALL_ACCESS, IN NULL, IN NULL, OUT NULL,
        IN (PKSTART_ROUTINE)PumpMain, IN(PVOID)pump);
}

enum STEP
PumpStep(PUMP *pump, BOOLEAN last)
{
    KIRQL irql;

    KeAcquireSpinLock(&pump->Lock, &irql);
    if (last) {
        KeReleaseSpinLock(&pump->Lock, irql);
    }
    KeReleaseSpinLock(&pump->Lock, irql); //~ SpinLock
    return last ? STEP_LAST : STEP_NEXT;
}
