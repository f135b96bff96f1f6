// rules: wdm/IoAllocateForward wdm/IrqlKeWaitForMutexObject
// Requests to a transport: the macros of its header set the completion routine.

#include <ntddk.h>
#include <tdi.h>
#include <tdikrnl.h>

static NTSTATUS SendDone(PDEVICE_OBJECT Device, PIRP Irp, PVOID Event)
{
    KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL); //~ IrqlKeWaitForMutexObject
    IoFreeIrp(Irp);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS Send(PFILE_OBJECT Connection, PMDL Mdl, ULONG Length, PKEVENT Event)
{
    PDEVICE_OBJECT device = IoGetRelatedDeviceObject(Connection);
    PIRP irp = IoAllocateIrp(device->StackSize, FALSE);

    if (irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    TdiBuildSend(irp, device, Connection, SendDone, Event, Mdl, 0, Length);
    return IoCallDriver(device, irp);
}

NTSTATUS SendAlone(PFILE_OBJECT Connection, PMDL Mdl, ULONG Length)
{
    PDEVICE_OBJECT device = IoGetRelatedDeviceObject(Connection);
    PIRP irp = IoAllocateIrp(device->StackSize, FALSE);

    if (irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    TdiBuildSend(irp, device, Connection, NULL, NULL, Mdl, 0, Length);
    return IoCallDriver(device, irp); //~ IoAllocateForward
}

NTSTATUS Listen(PFILE_OBJECT Connection, PTDI_CONNECTION_INFORMATION Asked, PTDI_CONNECTION_INFORMATION Told)
{
    PDEVICE_OBJECT device = IoGetRelatedDeviceObject(Connection);
    PIRP irp = IoAllocateIrp(device->StackSize, FALSE);

    if (irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Asked != NULL) {
        TdiBuildListen(irp, device, Connection, SendDone, NULL, 0, Asked, Told);
    }
    return IoCallDriver(device, irp); //~ IoAllocateForward
}
