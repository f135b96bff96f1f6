// rules: wdm/CriticalRegions wdm/ExclusiveResourceAccess wdm/IrqlKeSetEvent wdm/IrqlZwPassive
// A helper that begins a walk takes the region where the level is low, and the one that ends it leaves it there.

#include <ntifs.h>

static ERESOURCE Lock;
static LIST_ENTRY Head;

static PLIST_ENTRY First(VOID)
{
    BOOLEAN low = KeGetCurrentIrql() == PASSIVE_LEVEL;

    if (low) {
        KeEnterCriticalRegion();
        ExAcquireResourceSharedLite(&Lock, TRUE);
    }
    if (!IsListEmpty(&Head)) {
        return Head.Flink;
    }
    if (low) {
        ExReleaseResourceLite(&Lock);
        KeLeaveCriticalRegion();
    }
    return NULL;
}

static PLIST_ENTRY Next(PLIST_ENTRY Entry)
{
    if (Entry->Flink != &Head) {
        return Entry->Flink;
    }
    if (KeGetCurrentIrql() == PASSIVE_LEVEL) {
        ExReleaseResourceLite(&Lock);
        KeLeaveCriticalRegion();
    }
    return NULL;
}

VOID Walk(VOID)
{
    PLIST_ENTRY entry;

    for (entry = First(); entry != NULL; entry = Next(entry)) {
        entry->Blink = NULL;
    }
}

/* Who stops on the way does not leave. */
VOID WalkToOne(PLIST_ENTRY Wanted)
{
    PLIST_ENTRY entry;

    for (entry = First(); entry != NULL; entry = Next(entry)) {
        if (entry->Blink == Wanted) {
            return; //~ CriticalRegions
        }
    }
}

// A helper for callers at any level: which way it went is no evidence of the level of this one.
static VOID Count(PKSPIN_LOCK Lock, ULONG *Counter)
{
    KIRQL irql;

    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        return;
    }
    KeAcquireSpinLock(Lock, &irql);
    (*Counter)++;
    KeReleaseSpinLock(Lock, irql);
}

VOID CountAndSignal(PKSPIN_LOCK Lock, ULONG *Counter, PKEVENT Event)
{
    Count(Lock, Counter);
    KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
}

// What this function asks itself is, before the helper asks and after it.
VOID CountAndSignalAbove(PKSPIN_LOCK Lock, ULONG *Counter, PKEVENT Event)
{
    Count(Lock, Counter);
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        KeSetEvent(Event, IO_NO_INCREMENT, FALSE); //~ IrqlKeSetEvent
    }
}

VOID SignalAbove(PKEVENT Event)
{
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        KeSetEvent(Event, IO_NO_INCREMENT, FALSE); //~ IrqlKeSetEvent
    }
}

// So is what a helper tells it.
static BOOLEAN IsHigh(VOID)
{
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        return TRUE;
    }
    return FALSE;
}

VOID SignalWhereTold(PKEVENT Event)
{
    if (IsHigh()) {
        KeSetEvent(Event, IO_NO_INCREMENT, FALSE); //~ IrqlKeSetEvent
    }
}

// A helper that gives up at a high level guards itself: a routine for control codes does not come in there by it.
static NTSTATUS OpenLow(PHANDLE File, POBJECT_ATTRIBUTES Attributes, PIO_STATUS_BLOCK Block)
{
    if (KeGetCurrentIrql() > PASSIVE_LEVEL) {
        return STATUS_SUCCESS;
    }
    return ZwOpenFile(File, GENERIC_READ, Attributes, Block, FILE_SHARE_READ, 0);
}

_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH Control;
NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    HANDLE file = NULL;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, Irp->AssociatedIrp.SystemBuffer, OBJ_KERNEL_HANDLE, NULL, NULL);
    status = OpenLow(&file, &attributes, &block);
    if (NT_SUCCESS(status)) {
        ZwClose(file);
    }
    Irp->IoStatus.Status = status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}

// Nor by a helper of a helper.
static NTSTATUS OpenAndClose(PHANDLE File, POBJECT_ATTRIBUTES Attributes, PIO_STATUS_BLOCK Block)
{
    NTSTATUS status = OpenLow(File, Attributes, Block);

    ZwClose(*File);
    return status;
}

_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH ControlFar;
NTSTATUS ControlFar(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    HANDLE file = NULL;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;

    InitializeObjectAttributes(&attributes, Irp->AssociatedIrp.SystemBuffer, OBJ_KERNEL_HANDLE, NULL, NULL);
    Irp->IoStatus.Status = OpenAndClose(&file, &attributes, &block);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

// It does by a test of its own.
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH ControlHigh;
NTSTATUS ControlHigh(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    if (KeGetCurrentIrql() > PASSIVE_LEVEL) {
        ZwClose(Irp->AssociatedIrp.SystemBuffer); //~ IrqlZwPassive
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}
