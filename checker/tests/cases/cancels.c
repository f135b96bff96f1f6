// rules: kmdf/CompleteCanceledReq
// The cancel callback owns its request, whatever `WdfRequestUnmarkCancelable` says in it.

#include <ntddk.h>
#include <wdf.h>

extern EVT_WDF_REQUEST_CANCEL Cancel;
extern EVT_WDF_IO_QUEUE_IO_READ Read_bad;

VOID Cancel(WDFREQUEST Request)
{
    NTSTATUS status = WdfRequestUnmarkCancelable(Request);

    if (!NT_SUCCESS(status)) {
        DbgPrint("already canceled\n");
    }
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

VOID Read_bad(WDFQUEUE Queue, WDFREQUEST Request, size_t Length)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Length);
    WdfRequestMarkCancelable(Request, Cancel);
    status = WdfRequestUnmarkCancelable(Request);
    if (!NT_SUCCESS(status)) {
        DbgPrint("canceled\n");
    }
    WdfRequestComplete(Request, status); //~ CompleteCanceledReq
}
