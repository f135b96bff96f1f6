// rules: wdm/SpinLock
// Locks of one name that belong to one file each.

#include <ntddk.h>

static KSPIN_LOCK Guard;
static ULONG Left;

ULONG Pop(VOID)
{
    KIRQL irql;
    ULONG left;

    KeAcquireSpinLock(&Guard, &irql); //~ SpinLock
    left = Left;
    KeReleaseSpinLock(&Guard, irql);
    return left;
}

VOID PopTwice(VOID)
{
    KIRQL irql;

    KeAcquireSpinLock(&Guard, &irql);
    (void)Pop();
    KeReleaseSpinLock(&Guard, irql);
}
