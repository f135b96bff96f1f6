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
KDEFERRED_ROUTINE ResumedDpc;
DRIVER_DISPATCH Summed;
DRIVER_DISPATCH SummedBadly;
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

/* In between the element was changed. */
VOID ResumedDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    ULONG cpu = KeGetCurrentProcessorNumber();

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Paused[cpu] == FALSE) {
        return;
    }
    Paused[cpu] = FALSE;
    if (!Paused[cpu]) {
        KeLowerIrql(DISPATCH_LEVEL); //~ IrqlKeRaiseLower
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

/* The pointer that was followed is dropped while the resource is still held. */
NTSTATUS ReadAndDrop(PREAD_CONTEXT Context)
{
    PIRP irp = Context->Irp;
    NTSTATUS status = STATUS_SUCCESS;

    ExAcquireResourceExclusiveLite(Context->Resource, TRUE);
    if (!NT_SUCCESS(irp->IoStatus.Status)) {
        irp = NULL;
        goto Exit;
    }
    status = ReadBlocks(Context);
Exit:
    if (irp) {
        ExReleaseResourceLite(Context->Resource);
    }
    return status; //~ ExclusiveResourceAccess
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

/* One of them is not given back. */
NTSTATUS SummedBadly(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PLOCKS locks = DeviceObject->DeviceExtension;

    TakeIf(locks->Outer, &locks->OuterIrql);
    TakeIf(locks->Inner, &locks->InnerIrql);
    if (!locks->Halted && locks->Ready && locks->Bound) {
        locks->Sum += 1;
    }
    GiveIf(locks->Inner, locks->InnerIrql);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS; //~ SpinLock IrqlReturn
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

/* Where its pointer is dropped it is not given back. */
VOID SharedAndDropped(PUCHAR Area)
{
    PEX_SPIN_LOCK lock = NULL;
    KIRQL irql = PASSIVE_LEVEL;

    if (Area == NULL) {
        goto Exit;
    }
    lock = (PEX_SPIN_LOCK)(Area + 8);
    irql = ExAcquireSpinLockShared(lock);
    if (Area[0] == 0) {
        lock = NULL;
    }
Exit:
    if (lock) {
        ExReleaseSpinLockShared(lock, irql);
    }
    PAGED_CODE(); //~ PagedCode
}
