#include <ntddk.h>

typedef struct _QUEUE {
    KSPIN_LOCK Lock;
    BOOLEAN Stopped;
    ULONG Reads;
} QUEUE, *PQUEUE;

_Dispatch_type_(IRP_MJ_READ) DRIVER_DISPATCH QueueRead;

NTSTATUS QueueRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Irp);
    KeAcquireSpinLock(&queue->Lock, &irql);
    if (queue->Stopped) {
        return STATUS_DEVICE_NOT_READY;
    }
    queue->Reads += 1;
    KeReleaseSpinLock(&queue->Lock, irql);
    return STATUS_SUCCESS;
}
