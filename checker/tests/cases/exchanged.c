// rules: kmdf/InvalidReqAccess
// A call stores a new request where another one was: the names that were copied before are those of the other one.

#include <ntddk.h>
#include <wdf.h>

typedef struct _PORT {
    WDFQUEUE Queue;
    WDFREQUEST Current;
} PORT, *PPORT;

/* The old request is completed after the new one has its place. */
VOID Advance(PPORT Port)
{
    WDFREQUEST old = Port->Current;

    Port->Current = NULL;
    if (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Port->Queue, &Port->Current))) {
        WdfRequestComplete(old, STATUS_SUCCESS);
        WdfRequestSetInformation(Port->Current, 1);
    }
}

static VOID Next(WDFREQUEST *Current, WDFQUEUE Queue, WDFREQUEST *New)
{
    WDFREQUEST old = *Current;
    NTSTATUS status;

    *Current = NULL;
    status = WdfIoQueueRetrieveNextRequest(Queue, Current);
    UNREFERENCED_PARAMETER(status);
    *New = *Current;
    if (old != NULL) {
        WdfRequestComplete(old, STATUS_SUCCESS);
    }
}

VOID DrainByHelper(PPORT Port)
{
    WDFREQUEST next;

    do {
        WdfRequestSetInformation(Port->Current, 1);
        Next(&Port->Current, Port->Queue, &next);
    } while (next != NULL);
}

VOID Drain(PPORT Port)
{
    WDFREQUEST next;
    WDFREQUEST old;

    do {
        WdfRequestSetInformation(Port->Current, 1);
        old = Port->Current;
        if (!NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Port->Queue, &Port->Current))) {
            Port->Current = NULL;
        }
        next = Port->Current;
        WdfRequestComplete(old, STATUS_SUCCESS);
    } while (next != NULL);
}

/* The new one is known by its place, and by the name that is copied from there. */
VOID Spoil(PPORT Port)
{
    WDFREQUEST request;

    if (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(Port->Queue, &Port->Current))) {
        request = Port->Current;
        WdfRequestComplete(request, STATUS_SUCCESS);
        WdfRequestSetInformation(Port->Current, 1); //~ InvalidReqAccess
    }
}
