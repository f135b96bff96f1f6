/* Driver code as drivers write it: it must compile against the generated headers. */
#include <ntddk.h>
#include <wdf.h>
typedef struct _CTX { WDFSPINLOCK Lock; WDFWAITLOCK Wait; } CTX, *PCTX;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CTX, GetCtx)
;
EVT_WDF_DRIVER_DEVICE_ADD DeviceAdd;
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL Ioctl;
EVT_WDF_TIMER Tick;
VOID Ioctl(WDFQUEUE Queue, WDFREQUEST Request, size_t Out, size_t In, ULONG Code)
{
    PCTX ctx = GetCtx(WdfIoQueueGetDevice(Queue));
    PVOID buffer;
    NTSTATUS status = WdfRequestRetrieveInputBuffer(Request, In, &buffer, NULL);
    LONGLONG timeout = WDF_REL_TIMEOUT_IN_MS(5);
    UNREFERENCED_PARAMETER(Code);
    WdfSpinLockAcquire(ctx->Lock);
    WdfSpinLockRelease(ctx->Lock);
    if (WdfWaitLockAcquire(ctx->Wait, &timeout) == STATUS_SUCCESS) { WdfWaitLockRelease(ctx->Wait); }
    WdfRequestCompleteWithInformation(Request, status, Out);
}
VOID Tick(WDFTIMER Timer) { UNREFERENCED_PARAMETER(Timer); }
NTSTATUS DeviceAdd(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_OBJECT_ATTRIBUTES attributes;
    WDF_IO_QUEUE_CONFIG queue;
    WDF_TIMER_CONFIG timer;
    WDFDEVICE device;
    WDFTIMER handle;
    NTSTATUS status;
    UNREFERENCED_PARAMETER(Driver);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attributes, CTX);
    status = WdfDeviceCreate(&Init, &attributes, &device);
    if (!NT_SUCCESS(status)) { return status; }
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&queue, WdfIoQueueDispatchParallel);
    queue.EvtIoDeviceControl = Ioctl;
    status = WdfIoQueueCreate(device, &queue, WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE);
    WDF_TIMER_CONFIG_INIT(&timer, Tick);
    WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
    attributes.ParentObject = device;
    status = WdfTimerCreate(&timer, &attributes, &handle);
    return WdfSpinLockCreate(&attributes, &GetCtx(device)->Lock);
}
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;
    WDF_DRIVER_CONFIG_INIT(&config, DeviceAdd);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}
