// rules: kmdf/EvtIoStopCompleteOrStopAck
// What the framework passes to a callback and what the getters of contexts give is never NULL.

#include <ntddk.h>
#include <wdf.h>

typedef struct _PIPE {
    ULONG Stops;
    PVOID Owner;
} PIPE, *PPIPE;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(PIPE, PipeOf)

EVT_WDF_IO_QUEUE_IO_STOP StopWary;
EVT_WDF_IO_QUEUE_IO_STOP StopOwned;

VOID StopWary(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags)
{
    PPIPE pipe;

    UNREFERENCED_PARAMETER(ActionFlags);
    if (Queue == NULL || Request == NULL) {
        return;
    }
    pipe = PipeOf(Queue);
    if (pipe == NULL) {
        return;
    }
    pipe->Stops++;
    WdfRequestStopAcknowledge(Request, TRUE);
}

VOID StopOwned(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags)
{
    PPIPE pipe = PipeOf(Queue);

    UNREFERENCED_PARAMETER(ActionFlags);
    if (pipe->Owner == NULL) {
        return; //~ EvtIoStopCompleteOrStopAck
    }
    WdfRequestStopAcknowledge(Request, TRUE);
}
