// rules: wdm/IrqlExApcLte1 wdm/SpinLock wdm/SpinlockRelease
// The driver's own function pointers: members of its structures, what setters store, what helpers are handed.

#include <ntddk.h>
#include <wdf.h>

typedef VOID (*PFN_EVENT)(PVOID Context);

FAST_MUTEX Mutex;
KSPIN_LOCK Spin;
EVT_WDF_REQUEST_COMPLETION_ROUTINE Completed;

static VOID Touch(PVOID Context)
{
    ExAcquireFastMutex(&Mutex); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Mutex);
}

// Handed to a helper that calls it.
static VOID Handed(PVOID Context)
{
    ExAcquireFastMutex(&Mutex); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Mutex);
}

static VOID HandedBelow(PVOID Context)
{
    ExAcquireFastMutex(&Mutex);
    ExReleaseFastMutex(&Mutex);
}

static VOID HandedFixed(PVOID Context)
{
    KIRQL irql;
    KeAcquireSpinLock(&Spin, &irql);
    KeReleaseSpinLock(&Spin, irql);
}

static VOID ForEach(PFN_EVENT Event, PVOID Context)
{
    Event(Context);
}

// The helper may be given one function at one level and another at another.
DRIVER_UNLOAD Unload;
VOID Unload(PDRIVER_OBJECT Driver)
{
    ForEach(HandedBelow, NULL);
}

// Stored in a table that is never changed.
typedef struct _OPERATIONS {
    ULONG Size;
    VOID (*Run)(PVOID Context);
} OPERATIONS;

static VOID RunFirst(PVOID Context)
{
    ExAcquireFastMutex(&Mutex); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Mutex);
}

static const OPERATIONS Table = { sizeof(OPERATIONS), RunFirst };

// A member of the same name in another structure.
typedef struct _OTHERS { VOID (*Run)(PVOID Context); } OTHERS;

static VOID RunOther(PVOID Context)
{
    ExAcquireFastMutex(&Mutex);
    ExReleaseFastMutex(&Mutex);
}

static const OTHERS Other = { RunOther };

// Stored by a setter.
typedef struct _DEVICE {
    PFN_EVENT Changed;
    PFN_EVENT Several;
    PFN_EVENT Locked;
} DEVICE, *PDEVICE;

static VOID Changed(PVOID Context)
{
    ExAcquireFastMutex(&Mutex); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Mutex);
}

static VOID SetChanged(PDEVICE Device, PFN_EVENT Event)
{
    Device->Changed = Event;
}

// Which of several is called is the object's to say.
static VOID SeveralFirst(PVOID Context)
{
    ExAcquireFastMutex(&Mutex);
    ExReleaseFastMutex(&Mutex);
}

static VOID SeveralSecond(PVOID Context)
{
}

static VOID GiveBack(PVOID Context)
{
    KeReleaseSpinLockFromDpcLevel(&Spin);
}

VOID Init(PDEVICE Device, BOOLEAN First)
{
    SetChanged(Device, Changed);
    Device->Several = First ? SeveralFirst : SeveralSecond;
    if (First) {
        Device->Several = SeveralFirst;
    } else {
        Device->Several = SeveralSecond;
    }
    Device->Locked = GiveBack;
}

VOID Completed(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params, WDFCONTEXT Context)
{
    PDEVICE Device = (PDEVICE)Context;

    ForEach(Handed, Context);
    ForEach(HandedFixed, Context);
    Table.Run(Context);
    if (Device->Changed != NULL) {
        Device->Changed(Context);
    }
    Device->Several(Context);
    // What is called through the member gives the lock back.
    KeAcquireSpinLockAtDpcLevel(&Spin);
    Device->Locked(Context);
}

DRIVER_DISPATCH Create;
NTSTATUS Create(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Other.Run(NULL);
    return STATUS_SUCCESS;
}

// A local says which function it is.
KDEFERRED_ROUTINE Tick;
VOID Tick(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PFN_EVENT event = HandedFixed;

    event(Context);
    event = Touch;
    event(Context);
}
