#include <ntddk.h>

typedef struct _STOPWATCH {
    KSPIN_LOCK Lock;
    KEVENT Idle;
    ULONG Laps;
} STOPWATCH, *PSTOPWATCH;

DRIVER_UNLOAD StopwatchUnload;
KDEFERRED_ROUTINE StopwatchDpc;

static VOID Give(PSTOPWATCH Watch, KIRQL Irql)
{
    KeReleaseSpinLock(&Watch->Lock, Irql);
}

VOID Count(PSTOPWATCH Watch)
{
    KIRQL irql;

    KeAcquireSpinLock(&Watch->Lock, &irql);
    Watch->Laps += 1;
    Give(Watch, irql);
}

VOID Drop(PSTOPWATCH Watch)
{
    KeReleaseSpinLockFromDpcLevel(&Watch->Lock);
}

VOID Reset(PSTOPWATCH Watch)
{
    KeEnterCriticalRegion();
    Watch->Laps = 0;
    KeLeaveCriticalRegion();
}

VOID StopwatchDpc(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(First);
    UNREFERENCED_PARAMETER(Second);
    KeEnterCriticalRegion();
    ((PSTOPWATCH)Context)->Laps = 0;
    KeLeaveCriticalRegion();
}
