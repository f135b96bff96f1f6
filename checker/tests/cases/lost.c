// rules: wdm/IrqlKeWaitForMutexObject
// A level that nothing is known of any more is none the higher for a test that asks whether it is high.

#include <ndis.h>

typedef struct _LEVEL_LOCK {
    KSPIN_LOCK Spin;
    KIRQL Irql;
} LEVEL_LOCK, *PLEVEL_LOCK;

typedef struct _ADAPTER {
    LEVEL_LOCK SendLock;
    KEVENT Drained;
    LIST_ENTRY Done;
} ADAPTER, *PADAPTER;

#define SEND_FLAGS() KeGetCurrentIrql() == DISPATCH_LEVEL ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0

VOID Resume(PADAPTER Adapter);

static VOID LockAcquire(PLEVEL_LOCK Lock)
{
    KeAcquireSpinLock(&Lock->Spin, &Lock->Irql);
}

static VOID LockRelease(PLEVEL_LOCK Lock)
{
    KeReleaseSpinLock(&Lock->Spin, Lock->Irql);
}

static VOID CompleteAll(PLIST_ENTRY List, ULONG Flags)
{
    KIRQL old = DISPATCH_LEVEL;

    if ((Flags & NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL) == 0) {
        NDIS_RAISE_IRQL_TO_DISPATCH(&old);
    }
    while (!IsListEmpty(List)) {
        RemoveHeadList(List);
    }
    NDIS_LOWER_IRQL(old, DISPATCH_LEVEL);
}

MINIPORT_PAUSE PauseAfterLock;

NDIS_STATUS PauseAfterLock(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters)
{
    PADAPTER adapter = (PADAPTER)Context;

    // What Resume does to the lock's level is not in sight.
    LockAcquire(&adapter->SendLock);
    Resume(adapter);
    LockRelease(&adapter->SendLock);
    CompleteAll(&adapter->Done, SEND_FLAGS());
    KeWaitForSingleObject(&adapter->Drained, Executive, KernelMode, FALSE, NULL);
    return NDIS_STATUS_SUCCESS;
}

MINIPORT_PAUSE PauseInLock;

NDIS_STATUS PauseInLock(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters)
{
    PADAPTER adapter = (PADAPTER)Context;

    LockAcquire(&adapter->SendLock);
    Resume(adapter);
    CompleteAll(&adapter->Done, SEND_FLAGS());
    KeWaitForSingleObject(&adapter->Drained, Executive, KernelMode, FALSE, NULL); //~ IrqlKeWaitForMutexObject
    LockRelease(&adapter->SendLock);
    return NDIS_STATUS_SUCCESS;
}
