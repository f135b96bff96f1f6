// rules: wdm/SpinLock wdm/IrqlReturn
// A lock that is taken by count, and pointers that are tested by macro.

#include <ntddk.h>

typedef struct _DEVICE_EXTENSION {
    KSPIN_LOCK Lock;
    KIRQL Irql;
    ULONG Count;
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

static DRIVER_DISPATCH CountedPairs;
static DRIVER_DISPATCH TestedByMacro;
static DRIVER_DISPATCH Exchanged;
static DRIVER_DISPATCH PerhapsExchanged;

static VOID
Lock(_Inout_ PDEVICE_EXTENSION Extension)
{
    if (Extension->Count == 0) {
        KeAcquireSpinLock(&Extension->Lock, &Extension->Irql);
    }
    Extension->Count += 1;
}

static VOID
Unlock(_Inout_ PDEVICE_EXTENSION Extension)
{
    Extension->Count -= 1;
    if (Extension->Count == 0) {
        KeReleaseSpinLock(&Extension->Lock, Extension->Irql);
    }
}

NTSTATUS
CountedPairs(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;

    UNREFERENCED_PARAMETER(Irp);
    Lock(extension);
    Lock(extension);
    Unlock(extension);
    Unlock(extension);
    return STATUS_SUCCESS;
}

NTSTATUS
TestedByMacro(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Irp);
    if (ARGUMENT_PRESENT(extension)) {
        KeAcquireSpinLock(&extension->Lock, &irql);
    }
    DeviceObject->Flags |= DO_BUFFERED_IO;
    if (ARGUMENT_PRESENT(extension)) {
        KeReleaseSpinLock(&extension->Lock, irql);
    }
    return STATUS_SUCCESS;
}

// What an exchange returns is what stood there: whoever gets the mark releases.
NTSTATUS
Exchanged(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Irp);
    KeAcquireSpinLock(&extension->Lock, &irql);
    extension->Count = 1;
    if (InterlockedExchange((volatile LONG *)&extension->Count, 0) == 1) {
        KeReleaseSpinLock(&extension->Lock, irql);
    }
    return STATUS_SUCCESS;
}

// After an exchange on a condition nothing is known of the place.
NTSTATUS
PerhapsExchanged(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Irp);
    extension->Count = 0;
    KeAcquireSpinLock(&extension->Lock, &irql);
    InterlockedCompareExchange((volatile LONG *)&extension->Count, 1, 0);
    if (extension->Count == 0) {
        KeReleaseSpinLock(&extension->Lock, irql);
    }
    return STATUS_SUCCESS; //~ SpinLock IrqlReturn
}
