// rules: wdm/MarkIrpPending2
// Statuses that come together: a test that finds one pending says nothing of those that somebody else has put there.

#include <ntddk.h>

_Dispatch_type_(IRP_MJ_PNP) DRIVER_DISPATCH Pnp;
_Dispatch_type_(IRP_MJ_PNP) DRIVER_DISPATCH PnpOwn;
IO_COMPLETION_ROUTINE Arrived;
PVOID Allocate(SIZE_T Size);

NTSTATUS Arrived(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS Describe(PIRP Irp, SIZE_T Size)
{
    PVOID text = Allocate(Size);

    Irp->IoStatus.Information = (ULONG_PTR)text;
    return text ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS SendAndWait(PDEVICE_OBJECT Lower, PIRP Irp)
{
    NTSTATUS status;
    KEVENT event;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, Arrived, &event, TRUE, TRUE, TRUE);
    status = IoCallDriver(Lower, Irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
        status = Irp->IoStatus.Status;
    }
    return status;
}

NTSTATUS Pnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS status;

    switch (stack->MinorFunction) {
    case IRP_MN_QUERY_DEVICE_TEXT:
        status = Describe(Irp, 64);
        break;
    case IRP_MN_QUERY_ID:
        if (stack->Parameters.QueryId.IdType == 0) {
            status = Describe(Irp, 8);
            break;
        }
        status = STATUS_NOT_SUPPORTED;
        Irp->IoStatus.Information = 0;
        break;
    case IRP_MN_QUERY_CAPABILITIES:
        status = SendAndWait(DeviceObject->DeviceExtension, Irp);
        break;
    default:
        status = Irp->IoStatus.Status;
    }
    if (status != STATUS_PENDING) {
        Irp->IoStatus.Status = status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
    return status;
}

NTSTATUS PnpOwn(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS status = STATUS_NOT_SUPPORTED;

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (stack->MinorFunction) {
    case IRP_MN_QUERY_ID:
        status = Describe(Irp, 64);
        break;
    case IRP_MN_START_DEVICE:
        status = STATUS_PENDING;
        break;
    default:
        break;
    }
    if (status != STATUS_PENDING) {
        Irp->IoStatus.Status = status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
    }
    return status; //~ MarkIrpPending2
}
