// rules: wdm/MarkIrpPending
// A list of the routine's own is as empty as it was when it was last asked, until something is done to it.

#include <ntddk.h>

typedef struct _QUEUE {
    LIST_ENTRY Items;
    LIST_ENTRY Irps;
    KSPIN_LOCK Lock;
} QUEUE, *PQUEUE;

static PLIST_ENTRY *Shared;

VOID Publish(PLIST_ENTRY List);
VOID Fill(PLIST_ENTRY List);

/* Takes what there is from the queue. */
static VOID Take(PQUEUE Queue, PLIST_ENTRY Into)
{
    while (!IsListEmpty(&Queue->Items)) {
        PLIST_ENTRY entry = RemoveHeadList(&Queue->Items);

        InsertTailList(Into, entry);
    }
}

static VOID Drop(PLIST_ENTRY Entry)
{
    RemoveEntryList(Entry);
}

DRIVER_DISPATCH Waited;
DRIVER_DISPATCH Emptied;
DRIVER_DISPATCH Filled;
DRIVER_DISPATCH Dropped;
DRIVER_DISPATCH Kept;
DRIVER_DISPATCH Given;
DRIVER_DISPATCH Queued;

/* Another list is changed, and a lock released. */
NTSTATUS Waited(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    LIST_ENTRY taken;
    KIRQL irql;

    InitializeListHead(&taken);
    KeAcquireSpinLock(&queue->Lock, &irql);
    Take(queue, &taken);
    if (IsListEmpty(&taken)) {
        IoMarkIrpPending(Irp);
        InsertTailList(&queue->Irps, &Irp->Tail.Overlay.ListEntry);
    }
    KeReleaseSpinLock(&queue->Lock, irql);
    if (!IsListEmpty(&taken)) {
        while (!IsListEmpty(&taken)) {
            RemoveHeadList(&taken);
        }
        return STATUS_SUCCESS;
    }
    return STATUS_PENDING;
}

/* The list itself is changed. */
NTSTATUS Emptied(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    LIST_ENTRY taken;

    InitializeListHead(&taken);
    Take(queue, &taken);
    if (!IsListEmpty(&taken)) {
        IoMarkIrpPending(Irp);
        RemoveHeadList(&taken);
    }
    return IsListEmpty(&taken) ? STATUS_SUCCESS : STATUS_PENDING; //~ MarkIrpPending
}

/* A helper puts something into it. */
NTSTATUS Filled(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    LIST_ENTRY taken;

    InitializeListHead(&taken);
    Take(queue, &taken);
    if (IsListEmpty(&taken)) {
        IoMarkIrpPending(Irp);
        Take(queue, &taken);
    }
    if (!IsListEmpty(&taken)) {
        return STATUS_SUCCESS; //~ MarkIrpPending
    }
    return STATUS_PENDING;
}

/* An entry leaves it by itself. */
NTSTATUS Dropped(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    LIST_ENTRY taken;

    InitializeListHead(&taken);
    Take(queue, &taken);
    if (!IsListEmpty(&taken)) {
        IoMarkIrpPending(Irp);
        Drop(taken.Flink);
    }
    if (IsListEmpty(&taken)) {
        return STATUS_SUCCESS; //~ MarkIrpPending
    }
    return STATUS_PENDING;
}

/* Others have it. */
NTSTATUS Kept(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    LIST_ENTRY taken;
    KIRQL irql;

    InitializeListHead(&taken);
    *Shared = &taken;
    KeAcquireSpinLock(&queue->Lock, &irql);
    if (IsListEmpty(&taken)) {
        IoMarkIrpPending(Irp);
    }
    KeReleaseSpinLock(&queue->Lock, irql);
    if (!IsListEmpty(&taken)) {
        return STATUS_SUCCESS; //~ MarkIrpPending
    }
    return STATUS_PENDING;
}

/* A function that nothing is known of was given it. */
NTSTATUS Given(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    LIST_ENTRY taken;

    UNREFERENCED_PARAMETER(DeviceObject);
    InitializeListHead(&taken);
    Publish(&taken);
    if (IsListEmpty(&taken)) {
        IoMarkIrpPending(Irp);
        Fill(&taken);
    }
    if (!IsListEmpty(&taken)) {
        return STATUS_SUCCESS; //~ MarkIrpPending
    }
    return STATUS_PENDING;
}

/* A list of the device's is everybody's. */
NTSTATUS Queued(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    KIRQL irql;

    if (IsListEmpty(&queue->Items)) {
        IoMarkIrpPending(Irp);
    }
    KeAcquireSpinLock(&queue->Lock, &irql);
    if (!IsListEmpty(&queue->Items)) {
        KeReleaseSpinLock(&queue->Lock, irql);
        return STATUS_SUCCESS; //~ MarkIrpPending
    }
    KeReleaseSpinLock(&queue->Lock, irql);
    return STATUS_PENDING;
}
