// rules: kmdf/ReqSendFail
// Requests that are sent: who asks one for its context still has it.

#include <ntddk.h>
#include <wdf.h>

typedef struct _SEND_CONTEXT {
    ULONG Length;
} SEND_CONTEXT, *PSEND_CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(SEND_CONTEXT, SendGetContext)

DRIVER_INITIALIZE DriverEntry;
EVT_WDF_IO_QUEUE_IO_READ SendRead;

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;

    WDF_DRIVER_CONFIG_INIT(&config, NULL);
    return WdfDriverCreate(DriverObject, RegistryPath, NULL, &config, NULL);
}

VOID SendRead(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    PSEND_CONTEXT context = SendGetContext(Request);

    context->Length = (ULONG)Length;
    if (WdfRequestSend(Request, WdfDeviceGetIoTarget(WdfIoQueueGetDevice(Queue)), WDF_NO_SEND_OPTIONS) == FALSE) {
        DbgPrint("not sent\n");
    }
} //~ ReqSendFail
