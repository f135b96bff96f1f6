// rules: wdm/CancelSpinLock wdm/CancelSpinlockRelease wdm/IrqlReturn wdm/IrqlDispatch
/* Cancel routines that the driver calls itself: each gives the cancel spin lock back. */
#include <wdm.h>

typedef struct _QUEUED {
    PDRIVER_CANCEL Undo;
    VOID (*Done)(PDEVICE_OBJECT Device, PIRP Irp);
} QUEUED, *PQUEUED;

DRIVER_CANCEL SampleCancel;
_Dispatch_type_(IRP_MJ_READ) DRIVER_DISPATCH Read;
_Dispatch_type_(IRP_MJ_WRITE) DRIVER_DISPATCH Write;
_Dispatch_type_(IRP_MJ_CLEANUP) DRIVER_DISPATCH Cleanup;
_Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH Close;
_Dispatch_type_(IRP_MJ_PNP) DRIVER_DISPATCH Plug;

VOID SampleCancel(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    Irp->IoStatus.Status = STATUS_CANCELLED;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

/* By the member of the request. */
NTSTATUS Read(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDRIVER_CANCEL old;

    IoMarkIrpPending(Irp);
    IoAcquireCancelSpinLock(&Irp->CancelIrql);
    old = IoSetCancelRoutine(Irp, SampleCancel);
    if (Irp->Cancel && old == NULL) {
        Irp->CancelRoutine(DeviceObject, Irp);
        return STATUS_PENDING;
    }
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    return STATUS_PENDING;
}

/* By a variable, for requests one after the other. */
NTSTATUS Cleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PLIST_ENTRY head = DeviceObject->DeviceExtension;
    PLIST_ENTRY entry = head->Flink;

    while (entry != head) {
        PIRP waiting = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
        DRIVER_CANCEL *old;

        entry = entry->Flink;
        waiting->Cancel = TRUE;
        old = IoSetCancelRoutine(waiting, NULL);
        if (old) {
            IoAcquireCancelSpinLock(&waiting->CancelIrql);
            (*old)(DeviceObject, waiting);
        }
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static VOID Undo(PQUEUED Queued, PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Queued->Undo(DeviceObject, Irp);
}

/* By a member of the driver's own, in a helper. */
NTSTATUS Write(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUED queued = DeviceObject->DeviceExtension;

    IoAcquireCancelSpinLock(&Irp->CancelIrql);
    if (Irp->Cancel) {
        Undo(queued, DeviceObject, Irp);
        return STATUS_CANCELLED;
    }
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    return STATUS_SUCCESS;
}

/* The lock is gone when the routine returns. */
NTSTATUS Close(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    IoAcquireCancelSpinLock(&Irp->CancelIrql);
    if (Irp->Cancel) {
        Irp->CancelRoutine(DeviceObject, Irp);
    }
    IoReleaseCancelSpinLock(Irp->CancelIrql); //~ CancelSpinLock CancelSpinlockRelease
    return STATUS_SUCCESS;
}

/* A function of any other type gives nothing back. */
NTSTATUS Plug(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUED queued = DeviceObject->DeviceExtension;

    IoAcquireCancelSpinLock(&Irp->CancelIrql);
    if (Irp->Cancel) {
        queued->Done(DeviceObject, Irp);
        return STATUS_CANCELLED; //~ CancelSpinLock CancelSpinlockRelease IrqlReturn
    }
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    return STATUS_SUCCESS;
}
