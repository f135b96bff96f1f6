// rules: wdm/ZwRegistryOpen wdm/MarkIrpPending2 wdm/ExclusiveResourceAccess
// Objects that helpers make, and objects that are given away.

#include <ntddk.h>

VOID QueueElsewhere(PIRP Irp);

static DRIVER_DISPATCH GivenAway;
static DRIVER_DISPATCH Kept;
static FAST_IO_RELEASE_FILE ReleaseFile;
static DRIVER_DISPATCH ReleaseAndAgain;
static DRIVER_DISPATCH ClosesTwice;

static NTSTATUS
OpenParameters(_Out_ PHANDLE Handle, _In_ POBJECT_ATTRIBUTES Attributes)
{
    return ZwOpenKey(Handle, KEY_READ, Attributes);
}

NTSTATUS
ClosesTwice(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    POBJECT_ATTRIBUTES attributes = DeviceObject->DeviceExtension;
    HANDLE key;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Irp);
    status = OpenParameters(&key, attributes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ZwFlushKey(key);
    if (!NT_SUCCESS(status)) {
        ZwClose(key);
    }
    ZwClose(key); //~ ZwRegistryOpen
    return status;
}

NTSTATUS
GivenAway(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    QueueElsewhere(Irp);
    return STATUS_PENDING;
}

NTSTATUS
Kept(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    return STATUS_PENDING; //~ MarkIrpPending2
}

// The caller holds it, whether or not it is asked about first.
VOID
ReleaseFile(_In_ PFILE_OBJECT FileObject)
{
    PERESOURCE resource = FileObject->FsContext;

    if (!ExIsResourceAcquiredExclusiveLite(resource)) {
        DbgPrint("not held alone");
    }
    ExReleaseResourceLite(resource);
}

NTSTATUS
ReleaseAndAgain(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PERESOURCE resource = DeviceObject->DeviceExtension;

    UNREFERENCED_PARAMETER(Irp);
    ExAcquireResourceExclusiveLite(resource, TRUE);
    ExReleaseResourceLite(resource);
    ExReleaseResourceLite(resource); //~ ExclusiveResourceAccess
    return STATUS_SUCCESS;
}
