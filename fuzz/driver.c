#include <wdm.h>

DRIVER_DISPATCH Read;

static VOID Take(PKSPIN_LOCK lock, KIRQL *irql)
{
    KeAcquireSpinLock(lock, irql);
}

NTSTATUS Read(PDEVICE_OBJECT device, PIRP irp)
{
    KIRQL irql;

    Take(device->DeviceExtension, &irql);
    if (irp->Cancel) {
        return STATUS_CANCELLED;
    }
    KeReleaseSpinLock(device->DeviceExtension, irql);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}
