// rules: wdm/SpinLock
#include <ntddk.h>

ULONG Pop(VOID);

static KSPIN_LOCK Guard;
static ULONG Waiting;

VOID Serve(VOID)
{
    KIRQL irql;

    KeAcquireSpinLock(&Guard, &irql);
    while (Waiting != 0 && Pop() != 0) {
        Waiting--;
    }
    KeReleaseSpinLock(&Guard, irql);
}
