// rules: wdm/IrqlExApcLte1 ndis/SpinLockRelease
// Functions without a declared role: which member of which type they are given to says what they are.

#include <fltKernel.h>
#include <ndis.h>
#include <fwpsk.h>
#include <wsk.h>
#include <bthddi.h>

FAST_MUTEX Lock;
NDIS_SPIN_LOCK Spin;
NDIS_FILTER_DRIVER_CHARACTERISTICS Shared;

typedef struct _ADAPTER {
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS Chars;
    // A member of the same name in a type that nobody registers with the system.
    struct _OWN { PVOID PauseHandler; } Own;
} ADAPTER, *PADAPTER;

static VOID Touch(VOID)
{
    ExAcquireFastMutex(&Lock); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Lock);
}

static NDIS_STATUS PauseLocal(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); return 0; } //~ SpinLockRelease
static NDIS_STATUS PauseGlobal(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); return 0; } //~ SpinLockRelease
static NDIS_STATUS PausePointer(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); return 0; } //~ SpinLockRelease
static NDIS_STATUS PauseMember(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); return 0; } //~ SpinLockRelease
static NDIS_STATUS PauseNamed(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); return 0; } //~ SpinLockRelease
static VOID SendPlaced(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); } //~ SpinLockRelease
static NDIS_STATUS PauseOwn(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); return 0; }

static VOID RegisterNetwork(PADAPTER Adapter, PNDIS_FILTER_DRIVER_CHARACTERISTICS Given)
{
    NDIS_FILTER_DRIVER_CHARACTERISTICS local = { 0 };
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS protocol = { 0 };
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS named = { .MajorNdisVersion = 6, .PauseHandler = PauseNamed };
    NDIS_FILTER_PARTIAL_CHARACTERISTICS placed = { { 0, 0, 0 }, 0, SendPlaced, NULL };

    local.PauseHandler = PauseLocal;
    Shared.PauseHandler = &PauseGlobal;
    Given->PauseHandler = PausePointer;
    Adapter->Chars.PauseHandler = PauseMember;
    Adapter->Own.PauseHandler = PauseOwn;
}

static FLT_PREOP_CALLBACK_STATUS PreRead(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID *Context)
{
    ExAcquireFastMutex(&Lock);
    ExReleaseFastMutex(&Lock);
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS PostRead(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID Context, ULONG Flags)
{
    ExAcquireFastMutex(&Lock); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Lock);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

// The end of an open comes in the thread that opens.
static FLT_POSTOP_CALLBACK_STATUS PostCreate(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID Context, ULONG Flags)
{
    ExAcquireFastMutex(&Lock);
    ExReleaseFastMutex(&Lock);
    return FLT_POSTOP_FINISHED_PROCESSING;
}

static const FLT_OPERATION_REGISTRATION Operations[] = {
    { IRP_MJ_CREATE, 0, NULL, PostCreate },
    { IRP_MJ_READ, 0, PreRead, PostRead },
    { IRP_MJ_OPERATION_END }
};

static VOID NTAPI Classify(const VOID *Values, const VOID *Meta, VOID *Data, const VOID *Context, const VOID *Filter, UINT64 Flow, VOID *Out)
{
    Touch();
}

static NTSTATUS NTAPI Notify(FWPS_CALLOUT_NOTIFY_TYPE Type, const GUID *Key, FWPS_FILTER1 *Filter)
{
    ExAcquireFastMutex(&Lock);
    ExReleaseFastMutex(&Lock);
    return STATUS_SUCCESS;
}

static NTSTATUS RegisterCallout(PDEVICE_OBJECT Device)
{
    FWPS_CALLOUT1 callout = { 0 };

    callout.classifyFn = Classify;
    callout.notifyFn = Notify;
    return FwpsCalloutRegister1(Device, &callout, NULL);
}

static NTSTATUS WSKAPI Received(PVOID Context, ULONG Flags, PWSK_DATA_INDICATION Data, SIZE_T Length, SIZE_T *Accepted)
{
    ExAcquireFastMutex(&Lock); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Lock);
    return STATUS_SUCCESS;
}

static const WSK_CLIENT_CONNECTION_DISPATCH Events = { Received, NULL, NULL };

static VOID Indicated(PVOID Context, INDICATION_CODE Code, PINDICATION_PARAMETERS Parameters)
{
    ExAcquireFastMutex(&Lock); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Lock);
}

static VOID OpenChannel(struct _BRB_L2CA_OPEN_CHANNEL *Brb)
{
    Brb->Callback = &Indicated;
}

// A helper registers what it is handed.
static NDIS_STATUS PauseHanded(NDIS_HANDLE Context) { NdisReleaseSpinLock(&Spin); return 0; } //~ SpinLockRelease

static VOID SetPause(PNDIS_FILTER_DRIVER_CHARACTERISTICS Given, FILTER_PAUSE_HANDLER Pause)
{
    Given->PauseHandler = Pause;
}

static VOID TickHanded(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    ExAcquireFastMutex(&Lock); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Lock);
}

static VOID StartTimer(PKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    KeInitializeDpc(Dpc, Routine, Context);
}

static VOID RegisterHanded(PNDIS_FILTER_DRIVER_CHARACTERISTICS Given, PKDPC Dpc)
{
    SetPause(Given, PauseHanded);
    StartTimer(Dpc, TickHanded, NULL);
}
