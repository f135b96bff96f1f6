// rules: wdm/SpinLock wdm/SpinlockRelease wdm/MarkIrpPending wdm/ExclusiveResourceAccess
// Two names of one object, two results of one return, and more ways than are kept apart.

#include <ntifs.h>

typedef struct _HEAD {
    KSPIN_LOCK Lock;
    struct _OPEN *First;
} HEAD, *PHEAD;

typedef struct _OPEN {
    PHEAD Head;
    struct _OPEN *Next;
} OPEN, *POPEN;

// The way to the lock is cut through another name of the same object.
static VOID Remove(POPEN Open)
{
    POPEN at;
    KIRQL irql;

    KeAcquireSpinLock(&Open->Head->Lock, &irql);
    for (at = Open->Head->First; at != NULL; at = at->Next) {
        if (at == Open) {
            at->Head = NULL;
            KeReleaseSpinLock(&Open->Head->Lock, irql); //~ SpinLock SpinlockRelease
            return;
        }
    }
    KeReleaseSpinLock(&Open->Head->Lock, irql);
}

static VOID RemoveFixed(POPEN Open)
{
    POPEN at;
    KIRQL irql;

    KeAcquireSpinLock(&Open->Head->Lock, &irql);
    for (at = Open->Head->First; at != NULL; at = at->Next) {
        if (at == Open) {
            KeReleaseSpinLock(&Open->Head->Lock, irql);
            at->Head = NULL;
            return;
        }
    }
    KeReleaseSpinLock(&Open->Head->Lock, irql);
}

// Another object of the type says nothing of this one.
static VOID RemoveOther(POPEN Open, POPEN Other)
{
    KIRQL irql;

    KeAcquireSpinLock(&Open->Head->Lock, &irql);
    if (Other != Open) {
        Other->Head = NULL;
    }
    KeReleaseSpinLock(&Open->Head->Lock, irql);
}

DRIVER_DISPATCH Close;
NTSTATUS Close(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    POPEN open = IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext;

    Remove(open);
    RemoveFixed(open);
    RemoveOther(open, DeviceObject->DeviceExtension);
    return STATUS_SUCCESS;
}

// What is returned is one of two.
NTSTATUS Map(PIRP Irp, PMDL Mdl);
ULONG Count(VOID);
PMDL Clone(PIRP Irp);

DRIVER_DISPATCH Write;
NTSTATUS Write(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS status = STATUS_SUCCESS;
    ULONG sends = 0, count = Count();
    PMDL mdl;
    BOOLEAN pended = FALSE;
    BOOLEAN sent = FALSE;

    while (sends < count) {
        if (count - sends == 1) {
            mdl = Irp->MdlAddress;
            IoMarkIrpPending(Irp);
            pended = TRUE;
        } else {
            mdl = Clone(Irp);
        }
        status = Map(Irp, mdl);
        if (!NT_SUCCESS(status)) {
            break;
        }
        sends++;
        sent = pended;
    }
    if (!NT_SUCCESS(status) && !sent) {
        Irp->IoStatus.Status = status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
    return (pended && sent) ? STATUS_PENDING : status; //~ MarkIrpPending
}

DRIVER_DISPATCH WriteFixed;
NTSTATUS WriteFixed(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN pended = FALSE;

    if (Count() == 1) {
        IoMarkIrpPending(Irp);
        pended = TRUE;
    }
    status = Map(Irp, Irp->MdlAddress);
    return pended ? STATUS_PENDING : status;
}

// Ways that leave early release what they have not taken.
typedef struct _VCB {
    ULONG Type, Size, Flags;
    ERESOURCE Resource;
} VCB, *PVCB;

typedef struct _CONTEXT {
    ULONG Minor;
    PDEVICE_OBJECT DeviceObject;
    PIRP Irp;
} CONTEXT, *PCONTEXT;

PCONTEXT Allocate(PDEVICE_OBJECT DeviceObject, PIRP Irp);
PDEVICE_OBJECT Disk, Cdrom;

static NTSTATUS Complete(PCONTEXT Context)
{
    PIRP irp = Context->Irp;

    if (irp != NULL) {
        irp->IoStatus.Status = 0;
        Context->Irp = NULL;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS Flush(PCONTEXT Context)
{
    NTSTATUS status;
    PVCB vcb;
    BOOLEAN acquired = TRUE;

    __try {
        if (Context->Minor & 4) {
            status = Complete(Context);
        } else {
            if (Context->DeviceObject == Disk || Context->DeviceObject == Cdrom) {
                status = STATUS_INVALID_DEVICE_REQUEST;
                __leave;
            }
            vcb = Context->DeviceObject->DeviceExtension;
            if (vcb->Type != 7 || vcb->Size != sizeof(VCB)) {
                status = STATUS_INVALID_PARAMETER;
                __leave;
            }
            ExAcquireResourceExclusiveLite(&vcb->Resource, TRUE);
            acquired = TRUE;
            status = STATUS_SUCCESS;
        }
    } __finally {
        if (acquired) {
            ExReleaseResourceLite(&vcb->Resource); //~ ExclusiveResourceAccess
        }
    }
    return status;
}

static NTSTATUS FlushFixed(PCONTEXT Context)
{
    NTSTATUS status;
    PVCB vcb;
    BOOLEAN acquired = FALSE;

    __try {
        if (Context->Minor & 4) {
            status = Complete(Context);
        } else {
            if (Context->DeviceObject == Disk || Context->DeviceObject == Cdrom) {
                status = STATUS_INVALID_DEVICE_REQUEST;
                __leave;
            }
            vcb = Context->DeviceObject->DeviceExtension;
            if (vcb->Type != 7 || vcb->Size != sizeof(VCB)) {
                status = STATUS_INVALID_PARAMETER;
                __leave;
            }
            ExAcquireResourceExclusiveLite(&vcb->Resource, TRUE);
            acquired = TRUE;
            status = STATUS_SUCCESS;
        }
    } __finally {
        if (acquired) {
            ExReleaseResourceLite(&vcb->Resource);
        }
    }
    return status;
}

DRIVER_DISPATCH FlushBuffers;
NTSTATUS FlushBuffers(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    FlushFixed(Allocate(DeviceObject, Irp));
    return Flush(Allocate(DeviceObject, Irp));
}
