/* Driver code as drivers write it: it must compile against the generated headers. */
#include <ntddk.h>
typedef struct _EXT { KSPIN_LOCK Lock; LIST_ENTRY Queue; PDEVICE_OBJECT Lower; IO_REMOVE_LOCK Remove; FAST_MUTEX Mutex; KEVENT Event; KDPC Dpc; KTIMER Timer; } EXT, *PEXT;
DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;
DRIVER_ADD_DEVICE AddDevice;
_Dispatch_type_(IRP_MJ_READ) DRIVER_DISPATCH Read;
DRIVER_CANCEL Cancel;
IO_COMPLETION_ROUTINE Completed;
static const UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\x");
_Use_decl_annotations_
NTSTATUS Read(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;
    PAGED_CODE();
    status = IoAcquireRemoveLock(&ext->Remove, Irp);
    if (!NT_SUCCESS(status)) { goto done; }
    KeAcquireSpinLock(&ext->Lock, &irql);
    __try {
        if (stack->Parameters.Read.Length == 0) { __leave; }
        InsertTailList(&ext->Queue, &Irp->Tail.Overlay.ListEntry);
        IoMarkIrpPending(Irp);
        status = STATUS_PENDING;
    } __finally {
        KeReleaseSpinLock(&ext->Lock, irql);
    }
    __try { ProbeForRead(Irp->UserBuffer, 4, 1); } __except (EXCEPTION_EXECUTE_HANDLER) { status = GetExceptionCode(); }
    IoSetCancelRoutine(Irp, Cancel);
    ExAcquireFastMutex(&ext->Mutex);
    ExReleaseFastMutex(&ext->Mutex);
    IoReleaseRemoveLock(&ext->Remove, Irp);
done:
    Irp->IoStatus.Status = status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}
void Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}
NTSTATUS Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}
NTSTATUS AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    PDEVICE_OBJECT fdo = NULL;
    LARGE_INTEGER timeout;
    PVOID memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 0x61616161);
    NTSTATUS status = IoCreateDevice(DriverObject, sizeof(EXT), (PUNICODE_STRING)&Name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &fdo);
    if (!NT_SUCCESS(status)) { return status; }
    KeInitializeEvent(&((PEXT)fdo->DeviceExtension)->Event, NotificationEvent, FALSE);
    timeout.QuadPart = -10;
    status = KeWaitForSingleObject(&((PEXT)fdo->DeviceExtension)->Event, Executive, KernelMode, FALSE, &timeout);
    if (status == STATUS_TIMEOUT) { ExFreePool(memory); }
    ((PEXT)fdo->DeviceExtension)->Lower = IoAttachDeviceToDeviceStack(fdo, Pdo);
    fdo->Flags |= DO_BUFFERED_IO;
    fdo->Flags &= ~DO_DEVICE_INITIALIZING;
    return status;
}
VOID Unload(PDRIVER_OBJECT DriverObject) { IoDeleteDevice(DriverObject->DeviceObject); }
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->MajorFunction[IRP_MJ_READ] = Read;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
