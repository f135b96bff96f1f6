// rules: kmdf/DeviceInitAPI kmdf/InitFreeDeviceCreateType4 kmdf/AddPdotoStaticChildlist kmdf/WdfIoQueueRetrieveFoundRequest kmdf/EvtIoStopCompleteOrStopAck
#include <ntddk.h>
#include <wdf.h>

// What a call consumes: the place that held it holds nothing when the call succeeds, and what it held when it fails.

typedef struct _UNIT_CONTEXT {
    WDFQUEUE Waiting;
    WDFREQUEST Candidate;
    BOOLEAN Hurry;
} UNIT_CONTEXT, *PUNIT_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(UNIT_CONTEXT, UnitGetContext)

EVT_WDF_DRIVER_DEVICE_ADD UnitDeviceAdd;
EVT_WDF_DEVICE_D0_ENTRY UnitD0Entry;
EVT_WDF_DEVICE_PREPARE_HARDWARE UnitPrepare;
EVT_WDF_TIMER UnitTimer;
EVT_WDF_WORKITEM UnitWork;
EVT_WDF_IO_QUEUE_IO_STOP UnitStop;
EVT_WDF_IO_QUEUE_IO_STOP UnitStopSome;

// On success the parameter is gone; on failure it is not.
NTSTATUS UnitDeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    WDFDEVICE device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Driver);
    status = WdfDeviceCreate(&DeviceInit, WDF_NO_OBJECT_ATTRIBUTES, &device);
    if (!NT_SUCCESS(status)) {
        WdfDeviceInitSetIoType(DeviceInit, WdfDeviceIoDirect);
        return WdfDeviceCreate(&DeviceInit, WDF_NO_OBJECT_ATTRIBUTES, &device);
    }
    WdfDeviceInitSetExclusive(DeviceInit, TRUE); //~ DeviceInitAPI
    return status;
}

// The test of the pointer is a test of the result.
NTSTATUS UnitD0Entry(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState)
{
    PWDFDEVICE_INIT init = WdfControlDeviceInitAllocate(WdfDeviceGetDriver(Device), &SDDL_DEVOBJ_KERNEL_ONLY);
    WDFDEVICE control;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(PreviousState);
    if (init == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &control);
    if (init != NULL) {
        WdfDeviceInitFree(init);
        return status;
    }
    WdfControlFinishInitializing(control);
    return STATUS_SUCCESS;
}

// What the address leads to is looked up as it was before the call.
NTSTATUS UnitPrepare(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    PWDFDEVICE_INIT init = WdfPdoInitAllocate(Device);
    WDFDEVICE child;

    UNREFERENCED_PARAMETER(Raw);
    UNREFERENCED_PARAMETER(Translated);
    if (init == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!NT_SUCCESS(WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &child))) {
        WdfDeviceInitFree(init);
        return STATUS_UNSUCCESSFUL;
    }
    return STATUS_SUCCESS; //~ AddPdotoStaticChildlist
}

// What a call itself stores in a context has escaped, where the machine gives up what is stored.
VOID UnitTimer(WDFTIMER Timer)
{
    PUNIT_CONTEXT unit = UnitGetContext(WdfTimerGetParentObject(Timer));

    if (!NT_SUCCESS(WdfIoQueueFindRequest(unit->Waiting, NULL, NULL, NULL, &unit->Candidate))) {
        unit->Candidate = NULL;
    }
}

VOID UnitWork(WDFWORKITEM WorkItem)
{
    PUNIT_CONTEXT unit = UnitGetContext(WdfWorkItemGetParentObject(WorkItem));
    WDFREQUEST found;

    if (NT_SUCCESS(WdfIoQueueFindRequest(unit->Waiting, NULL, NULL, NULL, &found))) {
        unit->Hurry = TRUE;
    }
} //~ WdfIoQueueRetrieveFoundRequest

// One of the two flags is always set.
VOID UnitStop(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags)
{
    UNREFERENCED_PARAMETER(Queue);
    if (ActionFlags & WdfRequestStopActionSuspend) {
        WdfRequestStopAcknowledge(Request, FALSE);
    } else if (ActionFlags & WdfRequestStopActionPurge) {
        WdfRequestCancelSentRequest(Request);
    }
}

VOID UnitStopSome(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags)
{
    UNREFERENCED_PARAMETER(Queue);
    if (ActionFlags & WdfRequestStopRequestCancelable) {
        return; //~ EvtIoStopCompleteOrStopAck
    }
    if (ActionFlags & WdfRequestStopActionPurge) {
        WdfRequestCancelSentRequest(Request);
    }
} //~ EvtIoStopCompleteOrStopAck
