// rules: wdm/IrqlZwPassive wdm/SpinLock wdm/MarkIrpPending2 wdm/ExclusiveResourceAccess storport/IoFreeIrp
// What can be gone and what cannot: ways whose decisions agree although paths were merged on them, assertions that are
// believed and those that are not, pointers that are not null, tests that tell a constant and tests that do not.

#include <ntifs.h>

typedef struct _QUEUE {
    KSPIN_LOCK Lock;
    ERESOURCE Resource;
    ULONG64 Used;
    NTSTATUS Last;
    BOOLEAN ByMessage;
    BOOLEAN Many;
    PVOID Spare;
    HANDLE Key;
    LIST_ENTRY Items;
} QUEUE, *PQUEUE;

extern QUEUE QueueList;

VOID QueueTrace(ULONG Where)
{
    DbgPrint("%u", Where);
}

DRIVER_UNLOAD QueueUnload;
DRIVER_DISPATCH QueueControl;
DRIVER_DISPATCH QueueFlush;
IO_WORKITEM_ROUTINE QueueWork;
IO_WORKITEM_ROUTINE QueueDrain;
KDEFERRED_ROUTINE QueueDpc;

static QUEUE TheQueue;

/* The branches of `create` were merged when the last one is asked. */
VOID QueueCreate(PFILE_OBJECT File, PFILE_OBJECT Related, BOOLEAN Directory, ULONG Disposition)
{
    BOOLEAN create;
    KIRQL irql;

    if (File->FileName.Length > 2) {
        QueueTrace(1);
    }
    if (Related != NULL) {
        File->Vpb = Related->Vpb;
    }
    create = Directory && (Disposition == FILE_CREATE || Disposition == FILE_OPEN_IF);
    QueueTrace(create);
    if (Related == NULL) {
        if (Directory) {
            return;
        }
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        ZwClose(TheQueue.Key); //~ IrqlZwPassive
        KeLowerIrql(irql);
    }
}

/* The branch behind the assertion provides for what it denies. */
VOID QueueUnload(PDRIVER_OBJECT DriverObject)
{
    NTSTATUS status = ZwFlushKey(TheQueue.Key);
    KIRQL irql;

    UNREFERENCED_PARAMETER(DriverObject);
    NT_ASSERT(status != STATUS_BUFFER_OVERFLOW);
    if (status == STATUS_BUFFER_OVERFLOW) {
        KeAcquireSpinLock(&TheQueue.Lock, &irql);
        ZwClose(TheQueue.Key); //~ IrqlZwPassive
        KeReleaseSpinLock(&TheQueue.Lock, irql);
    }
}

/* An assertion of the level does not make it so. */
static VOID QueueCloseKey(VOID)
{
    ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    ZwClose(TheQueue.Key); //~ IrqlZwPassive
}

VOID QueueDpc(PKDPC Dpc, PVOID Context, PVOID One, PVOID Two)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(One);
    UNREFERENCED_PARAMETER(Two);
    QueueCloseKey();
}

/* The queue was asserted to be there where it was locked; that it is tested at the end is for the other ways. */
VOID QueueWork(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PQUEUE queue = NULL;
    KIRQL irql;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (Context == NULL) {
        goto done;
    }
    queue = Context;
    ASSERT(queue != NULL);
    KeAcquireSpinLock(&queue->Lock, &irql);
    queue->Used++;
done:
    if (queue) {
        KeReleaseSpinLock(&queue->Lock, irql);
    }
}

/* Of an unsigned count, what is not zero is above it; a pointer that was followed is not null; a guard that is read
   again after a call that nothing is known of says no more than that the object is there. */
static VOID QueueRelease(PQUEUE Queue)
{
    if (!Queue) {
        ExAcquireResourceExclusiveLite(&TheQueue.Resource, TRUE);
        ExReleaseResourceLite(&TheQueue.Resource);
    }
}

VOID QueueDrain(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    ULONG64 used;

    UNREFERENCED_PARAMETER(Context);
    ExAcquireResourceExclusiveLite(&queue->Resource, TRUE);
    used = queue->Used;
    if (used == 0) {
        ExReleaseResourceLite(&queue->Resource);
    }
    if (used > 0) {
        ExReleaseResourceLite(&queue->Resource);
    }
    ExAcquireResourceExclusiveLite(&TheQueue.Resource, TRUE);
    queue->Used = 0;
    QueueRelease(queue);
    ExReleaseResourceLite(&TheQueue.Resource);
    if (queue->Spare) {
        ExAcquireResourceExclusiveLite(&((PQUEUE)queue->Spare)->Resource, TRUE);
    }
    QueueTrace(queue->Items.Flink != NULL);
    if (queue->Spare) {
        ExReleaseResourceLite(&((PQUEUE)queue->Spare)->Resource);
    }
}

/* The test says what the status is not; what it is, somebody else has seen to. */
NTSTATUS QueueControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS status = ((PQUEUE)DeviceObject->DeviceExtension)->Last;

    Irp->IoStatus.Status = status;
    if (status != STATUS_PENDING) {
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
    return status;
}

/* A lock that is taken under a flag is given back under the same flag, however many paths lie between. */
static VOID QueueEnter(PQUEUE Queue, PKIRQL Irql, BOOLEAN Nested)
{
    if (!Nested) {
        if (Queue->ByMessage) {
            if (Queue->Many) {
                KeAcquireSpinLock(&Queue->Lock, Irql);
            } else {
                KeRaiseIrql(DISPATCH_LEVEL, Irql);
            }
        } else {
            KeAcquireSpinLock(&Queue->Lock, Irql);
        }
    }
}

static VOID QueueLeave(PQUEUE Queue, KIRQL Irql, BOOLEAN Nested)
{
    if (!Nested) {
        if (Queue->ByMessage) {
            if (Queue->Many) {
                KeReleaseSpinLock(&Queue->Lock, Irql);
            } else {
                KeLowerIrql(Irql);
            }
        } else {
            KeReleaseSpinLock(&Queue->Lock, Irql);
        }
    }
}

NTSTATUS QueueFlush(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    BOOLEAN nested = Irp->RequestorMode == KernelMode;
    PLIST_ENTRY entry;
    ULONG kind;
    KIRQL irql;

    QueueEnter(queue, &irql, nested);
    for (entry = queue->Items.Flink; entry != &queue->Items; entry = entry->Flink) {
        kind = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry)->Flags;
        if (kind & 1) {
            QueueTrace(kind);
        } else if (kind & 2) {
            QueueTrace(2);
        } else if (kind & 4) {
            queue->Used--;
        }
    }
    QueueLeave(queue, irql, nested);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* A promise of the level is its callers' to keep, and does not end the way of those who break it. */
static NTSTATUS QueueForget(PQUEUE Queue)
{
    PAGED_CODE();
    return ZwClose(Queue->Key); //~ IrqlZwPassive
}

NTSTATUS QueueRefresh(PQUEUE Queue)
{
    KIRQL irql;
    NTSTATUS status;

    KeAcquireSpinLock(&Queue->Lock, &irql);
    status = QueueForget(Queue);
    if (NT_SUCCESS(status)) {
        KeReleaseSpinLock(&Queue->Lock, irql);
    }
    return status; //~ SpinLock
}

/* Bits that were not touched are what they were, also where they were changed in one step with the processor's help. */
VOID QueueFlags(PQUEUE Queue, ULONG Flags)
{
    KIRQL irql;

    if (Flags & 1) {
        KeAcquireSpinLock(&Queue->Lock, &irql);
    }
    Flags |= 6;
    InterlockedOr(&Queue->Used, 2);
    if (Flags & 1) {
        KeReleaseSpinLock(&Queue->Lock, irql);
    }
}

/* What a lock stands in is there. */
VOID QueueTouch(PQUEUE Queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&Queue->Lock, &irql);
    if (Queue != NULL) {
        KeReleaseSpinLock(&Queue->Lock, irql);
    }
}

/* Who ends the thread leaves the function. */
VOID QueueThread(PVOID Context)
{
    PQUEUE queue = Context;

    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&queue->Resource, TRUE);
    if (queue->Many) {
        PsTerminateSystemThread(STATUS_UNSUCCESSFUL); //~ ExclusiveResourceAccess
    }
    ExReleaseResourceLite(&queue->Resource);
    KeLeaveCriticalRegion();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS QueueStart(PQUEUE Queue, PHANDLE Thread)
{
    return PsCreateSystemThread(Thread, 0, NULL, NULL, NULL, QueueThread, Queue);
}

/* The first of a list that is looked for, and none. */
VOID QueueFind(PQUEUE First, BOOLEAN Wanted)
{
    PQUEUE found = NULL;
    KIRQL irql;

    if (First != &QueueList) {
        if (Wanted) {
            found = First;
        }
    }
    if (!found) {
        return;
    }
    KeAcquireSpinLock(&found->Lock, &irql);
    if (found->Many) {
        return; //~ SpinLock
    }
    KeReleaseSpinLock(&found->Lock, irql);
}

/* The kit's macro for the keyword, and the keyword itself. */
NTSTATUS QueueProbe(PQUEUE Queue, PVOID Buffer)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    try {
        ProbeForRead(Buffer, 8, 1);
        if (Queue->Many) {
            __leave;
        }
    }
    __except (EXCEPTION_EXECUTE_HANDLER) {
        status = GetExceptionCode();
    }
    KeAcquireSpinLock(&Queue->Lock, &irql);
    if (!NT_SUCCESS(status)) {
        return status; //~ SpinLock
    }
    KeReleaseSpinLock(&Queue->Lock, irql);
    return status;
}

_Must_inspect_result_
PQUEUE
NO_SANITIZE("overflow")
QueueMarked(PQUEUE Queue)
{
    KIRQL irql;

    KeAcquireSpinLock(&Queue->Lock, &irql);
    if (Queue->Many) {
        return NULL; //~ SpinLock
    }
    KeReleaseSpinLock(&Queue->Lock, irql);
    return Queue;
}
