// rules: wdm/IrqlZwPassive wdm/MarkIrpPending2
// What a function is: by its declaration, and first of all by what the driver registers it as.

#include <ntddk.h>

typedef struct _DEVICE_EXTENSION {
    KDPC Dpc;
    HANDLE Key;
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

DRIVER_INITIALIZE DriverEntry;
static KDEFERRED_ROUTINE FlushDpc;
static DRIVER_DISPATCH Create;
static IO_WORKITEM_ROUTINE FlushItem;

static VOID
FlushDpc(_In_ PKDPC Dpc, _In_opt_ PVOID Context, _In_opt_ PVOID First, _In_opt_ PVOID Second)
{
    PDEVICE_EXTENSION extension = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(First);
    UNREFERENCED_PARAMETER(Second);
    ZwFlushKey(extension->Key); //~ IrqlZwPassive
}

static VOID
FlushItem(_In_ PDEVICE_OBJECT DeviceObject, _In_opt_ PVOID Context)
{
    PDEVICE_EXTENSION extension = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    ZwFlushKey(extension->Key);
}

// Not declared with a role type: that it is a dispatch routine is known from the table alone.
static NTSTATUS
Close(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;

    UNREFERENCED_PARAMETER(Irp);
    KeInsertQueueDpc(&extension->Dpc, NULL, NULL);
    return STATUS_PENDING; //~ MarkIrpPending2
}

static NTSTATUS
Create(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;

    KeInitializeDpc(&extension->Dpc, FlushDpc, extension);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

NTSTATUS
DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->MajorFunction[IRP_MJ_CREATE] = Create;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = Close;
    return STATUS_SUCCESS;
}
