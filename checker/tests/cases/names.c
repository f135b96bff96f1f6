// rules: wdm/SpinLock wdm/ExclusiveResourceAccess wdm/MarkIrpPending2 wdm/IrqlKeWaitForMutexObject wdm/IrqlIoPassive2 wdm/IoBuildSynchronousFsdRequestWait
// One thing under two names, and two things under one: elements of arrays, results of calls that are made again, what a
// helper hands on, what its result tells. And levels at which a function is never entered.

#include <ntddk.h>

typedef struct _NODE {
    ERESOURCE Resource;
    struct _NODE *Child;
} NODE, *PNODE;

typedef struct _DEVICE_EXTENSION {
    KSPIN_LOCK Locks[6];
    KSPIN_LOCK Lock;
    KEVENT Event;
    KDPC Dpc;
    PDEVICE_OBJECT Lower;
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

PNODE FindChild(PNODE Parent);
VOID QueueElsewhere(PIRP Irp);

static KDEFERRED_ROUTINE Descending;
static KDEFERRED_ROUTINE OneTooMany;
static KDEFERRED_ROUTINE ByComparison;
static KDEFERRED_ROUTINE AgainstComparison;
static DRIVER_DISPATCH WalkDown;
static DRIVER_DISPATCH WalkDownAndKeep;
static DRIVER_DISPATCH HandedOn;
static DRIVER_DISPATCH NotHandedOn;
static DRIVER_DISPATCH TwoRequests;
_Dispatch_type_(IRP_MJ_FILE_SYSTEM_CONTROL) DRIVER_DISPATCH Quiet;

// Taken in one order, released in the other.
static VOID Descending(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PDEVICE_EXTENSION extension = Context;
    ULONG i;

    for (i = 0; i < 6; i++) {
        KeAcquireSpinLockAtDpcLevel(&extension->Locks[i]);
    }
    for (i = 6; i > 0; i--) {
        KeReleaseSpinLockFromDpcLevel(&extension->Locks[i - 1]);
    }
}

static VOID OneTooMany(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PDEVICE_EXTENSION extension = Context;

    KeAcquireSpinLockAtDpcLevel(&extension->Locks[0]);
    KeReleaseSpinLockFromDpcLevel(&extension->Locks[0]);
    KeReleaseSpinLockFromDpcLevel(&extension->Locks[1]); //~ SpinLock
}

static BOOLEAN TakeIf(PKSPIN_LOCK Lock, PVOID Wanted)
{
    if (Wanted == NULL) {
        return FALSE;
    }
    KeAcquireSpinLockAtDpcLevel(Lock);
    return TRUE;
}

static BOOLEAN IsTaken(PKSPIN_LOCK Lock, PVOID Wanted)
{
    return TakeIf(Lock, Wanted) == TRUE;
}

static VOID EnterIf(PKSPIN_LOCK Lock, BOOLEAN Sending)
{
    if (Sending) {
        KeAcquireSpinLockAtDpcLevel(Lock);
    }
}

static VOID LeaveIf(PKSPIN_LOCK Lock, BOOLEAN Sending)
{
    if (Sending) {
        KeReleaseSpinLockFromDpcLevel(Lock);
    }
}

// The result of a comparison says in a caller what it said where it was made.
static VOID ByComparison(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PDEVICE_EXTENSION extension = Context;
    BOOLEAN sending = Second != NULL;

    if (IsTaken(&extension->Lock, First)) {
        KeReleaseSpinLockFromDpcLevel(&extension->Lock);
    }
    EnterIf(&extension->Lock, sending);
    LeaveIf(&extension->Lock, sending);
}

static VOID AgainstComparison(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PDEVICE_EXTENSION extension = Context;

    if (!IsTaken(&extension->Lock, First)) {
        KeReleaseSpinLockFromDpcLevel(&extension->Lock); //~ SpinLock
    }
} //~ SpinLock

// Each turn's child is another node.
static NTSTATUS WalkDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNODE node = DeviceObject->DeviceExtension;
    PNODE child;

    ExAcquireResourceExclusiveLite(&node->Resource, TRUE);
    while ((child = FindChild(node)) != NULL) {
        ExAcquireResourceExclusiveLite(&child->Resource, TRUE);
        ExReleaseResourceLite(&node->Resource);
        node = child;
    }
    ExReleaseResourceLite(&node->Resource);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS WalkDownAndKeep(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PNODE node = DeviceObject->DeviceExtension;
    PNODE child = FindChild(node);

    ExAcquireResourceExclusiveLite(&child->Resource, TRUE);
    ExAcquireResourceExclusiveLite(&child->Resource, TRUE); //~ ExclusiveResourceAccess
    ExReleaseResourceLite(&child->Resource);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS Notify(PIRP Irp)
{
    QueueElsewhere(Irp);
    return STATUS_PENDING;
}

static NTSTATUS Forget(PIRP Irp)
{
    return STATUS_PENDING;
}

// Who gets the IRP may mark it.
static NTSTATUS HandedOn(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return Notify(Irp);
}

static NTSTATUS NotHandedOn(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    return Forget(Irp); //~ MarkIrpPending2
}

// Two calls make two requests: what is sent is the one, what is waited for is the other's.
static NTSTATUS TwoRequests(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    IO_STATUS_BLOCK first, second;
    KEVENT flushed, stopped;
    PIRP flush, stop;

    KeInitializeEvent(&flushed, NotificationEvent, FALSE);
    KeInitializeEvent(&stopped, NotificationEvent, FALSE);
    stop = IoBuildSynchronousFsdRequest(IRP_MJ_SHUTDOWN, extension->Lower, NULL, 0, NULL, &stopped, &first);
    flush = IoBuildSynchronousFsdRequest(IRP_MJ_FLUSH_BUFFERS, extension->Lower, NULL, 0, NULL, &flushed, &second);
    if (stop != NULL && flush != NULL) {
        if (IoCallDriver(extension->Lower, flush) == STATUS_PENDING) {
            KeWaitForSingleObject(&flushed, Executive, KernelMode, FALSE, NULL);
        }
        if (IoCallDriver(extension->Lower, stop) == STATUS_PENDING) {
            KeWaitForSingleObject(&stopped, Executive, KernelMode, FALSE, NULL);
        }
    }
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static VOID Insert(PDEVICE_EXTENSION Extension)
{
    KIRQL old = KeRaiseIrqlToDpcLevel();

    KeInsertQueueDpc(&Extension->Dpc, NULL, NULL);
    if (old != DISPATCH_LEVEL) {
        KeLowerIrql(old);
    }
}

static VOID InsertAndStay(PDEVICE_EXTENSION Extension)
{
    KIRQL old = KeRaiseIrqlToDpcLevel();

    KeInsertQueueDpc(&Extension->Dpc, NULL, NULL);
    if (old == DISPATCH_LEVEL) {
        KeLowerIrql(old);
    }
}

// A helper's test of the level is for its other callers.
_IRQL_requires_(PASSIVE_LEVEL) VOID Cleanup(PDEVICE_EXTENSION Extension)
{
    Insert(Extension);
    KeWaitForSingleObject(&Extension->Event, Executive, KernelMode, FALSE, NULL);
}

_IRQL_requires_(PASSIVE_LEVEL) VOID CleanupAbove(PDEVICE_EXTENSION Extension)
{
    InsertAndStay(Extension);
    KeWaitForSingleObject(&Extension->Event, Executive, KernelMode, FALSE, NULL); //~ IrqlKeWaitForMutexObject
}

static VOID Log(PCSTR Text)
{
    if (KeGetCurrentIrql() > PASSIVE_LEVEL) {
        return;
    }
    DbgPrint("%s", Text);
}

NTSTATUS Quiet(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDEVICE_OBJECT made;
    NTSTATUS status;

    Log("mounting");
    status = IoCreateDevice(DeviceObject->DriverObject, 8, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &made);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}
