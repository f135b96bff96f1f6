// rules: wdm/SpinLock wdm/IrqlKeRaiseLower wdm/IrqlReturn wdm/ExclusiveResourceAccess wdm/PagedCode
// What a path knows: elements by an index that a call gave, pointers that it followed, locks that may be missing.

#include <ntddk.h>

typedef struct _LOCKS {
    PKSPIN_LOCK Outer;
    PKSPIN_LOCK Inner;
    KIRQL OuterIrql;
    KIRQL InnerIrql;
    BOOLEAN Halted;
    BOOLEAN Ready;
    BOOLEAN Bound;
    ULONG Sum;
} LOCKS, *PLOCKS;

typedef struct _READ_CONTEXT {
    PIRP Irp;
    PERESOURCE Resource;
} READ_CONTEXT, *PREAD_CONTEXT;

static BOOLEAN Paused[32];

KDEFERRED_ROUTINE PausedDpc;
DRIVER_DISPATCH Summed;
NTSTATUS ReadBlocks(PREAD_CONTEXT Context);

/* The same element is asked about twice. */
VOID PausedDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    ULONG cpu = KeGetCurrentProcessorNumber();

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Paused[cpu] == FALSE) {
        return;
    }
    if (!Paused[cpu]) {
        KeLowerIrql(DISPATCH_LEVEL);
    }
}

/* On one way the pointer was followed, on another there is none. */
NTSTATUS ReadThrough(PREAD_CONTEXT Context)
{
    PIRP irp = Context->Irp;
    NTSTATUS status = STATUS_SUCCESS;

    ExAcquireResourceExclusiveLite(Context->Resource, TRUE);
    if (!NT_SUCCESS(irp->IoStatus.Status)) {
        goto Exit;
    }
    ExConvertExclusiveToSharedLite(Context->Resource);
    status = ReadBlocks(Context);
    if (status == STATUS_PENDING) {
        irp = NULL;
    }
Exit:
    if (irp) {
        ExReleaseResourceLite(Context->Resource);
    }
    return status;
}

static VOID TakeIf(PKSPIN_LOCK Lock, PKIRQL Irql)
{
    if (Lock == NULL) {
        return;
    }
    KeAcquireSpinLock(Lock, Irql);
}

static VOID GiveIf(PKSPIN_LOCK Lock, KIRQL Irql)
{
    if (Lock == NULL) {
        return;
    }
    KeReleaseSpinLock(Lock, Irql);
}

/* The level is raised exactly where there is a lock. */
NTSTATUS Summed(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PLOCKS locks = DeviceObject->DeviceExtension;

    TakeIf(locks->Outer, &locks->OuterIrql);
    TakeIf(locks->Inner, &locks->InnerIrql);
    if (!locks->Halted && locks->Ready && locks->Bound) {
        locks->Sum += 1;
    }
    GiveIf(locks->Inner, locks->InnerIrql);
    GiveIf(locks->Outer, locks->OuterIrql);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

/* A lock that was taken is there. */
VOID SharedAt(PUCHAR Area)
{
    PEX_SPIN_LOCK lock = NULL;
    KIRQL irql = PASSIVE_LEVEL;

    if (Area == NULL) {
        goto Exit;
    }
    lock = (PEX_SPIN_LOCK)(Area + 8);
    irql = ExAcquireSpinLockShared(lock);
Exit:
    if (lock) {
        ExReleaseSpinLockShared(lock, irql);
    }
    PAGED_CODE();
}
