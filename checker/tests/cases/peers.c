// rules: wdm/SpinLock
// The eight cases by which lock checkers are compared: four defects (and one in a caller), three correct functions.
typedef struct _EXT { KSPIN_LOCK Lock; ULONG Count; BOOLEAN Busy; } EXT, *PEXT;

DRIVER_DISPATCH LeakOnEarlyReturn;
DRIVER_DISPATCH LeakOnErrorGoto;
DRIVER_DISPATCH DoubleAcquire;
DRIVER_DISPATCH ReleaseWithoutAcquire;
DRIVER_DISPATCH CorrelatedFlag;
DRIVER_DISPATCH HelperReleases;
DRIVER_DISPATCH DropAndRetakeInLoop;
DRIVER_DISPATCH HelperAcquires;

NTSTATUS LeakOnEarlyReturn(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    KIRQL irql;

    KeAcquireSpinLock(&ext->Lock, &irql);
    if (ext->Count == 0) {
        return STATUS_UNSUCCESSFUL; //~ SpinLock
    }
    ext->Count--;
    KeReleaseSpinLock(&ext->Lock, irql);
    return STATUS_SUCCESS;
}

NTSTATUS LeakOnErrorGoto(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&ext->Lock, &irql);
    if (ext->Count == 0) {
        status = STATUS_INVALID_PARAMETER;
        goto Exit;
    }
    ext->Count--;
    KeReleaseSpinLock(&ext->Lock, irql);
Exit:
    return status; //~ SpinLock
}

NTSTATUS DoubleAcquire(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    KIRQL irql;

    KeAcquireSpinLock(&ext->Lock, &irql);
    if (ext->Busy) {
        KeAcquireSpinLock(&ext->Lock, &irql); //~ SpinLock
    }
    KeReleaseSpinLock(&ext->Lock, irql);
    return STATUS_SUCCESS;
}

NTSTATUS ReleaseWithoutAcquire(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    KIRQL irql = PASSIVE_LEVEL;

    if (ext->Busy) {
        KeAcquireSpinLock(&ext->Lock, &irql);
    }
    ext->Count++;
    KeReleaseSpinLock(&ext->Lock, irql); //~ SpinLock
    return STATUS_SUCCESS;
}

NTSTATUS CorrelatedFlag(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    BOOLEAN held = FALSE;
    KIRQL irql = PASSIVE_LEVEL;

    if (ext->Busy) {
        KeAcquireSpinLock(&ext->Lock, &irql);
        held = TRUE;
    }
    ext->Count++;
    if (held) {
        KeReleaseSpinLock(&ext->Lock, irql);
    }
    return STATUS_SUCCESS;
}

static VOID Unlock(PEXT ext, KIRQL irql)
{
    KeReleaseSpinLock(&ext->Lock, irql);
}

NTSTATUS HelperReleases(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    KIRQL irql;

    KeAcquireSpinLock(&ext->Lock, &irql);
    if (ext->Count == 0) {
        Unlock(ext, irql);
        return STATUS_UNSUCCESSFUL;
    }
    Unlock(ext, irql);
    return STATUS_SUCCESS;
}

NTSTATUS DropAndRetakeInLoop(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    KIRQL irql;

    KeAcquireSpinLock(&ext->Lock, &irql);
    while (ext->Count > 0) {
        ext->Count--;
        KeReleaseSpinLock(&ext->Lock, irql);
        Work(ext);
        KeAcquireSpinLock(&ext->Lock, &irql);
    }
    KeReleaseSpinLock(&ext->Lock, irql);
    return STATUS_SUCCESS;
}

static VOID Lock(PEXT ext, PKIRQL irql)
{
    KeAcquireSpinLock(&ext->Lock, irql);
}

NTSTATUS HelperAcquires(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXT ext = (PEXT)DeviceObject->DeviceExtension;
    KIRQL irql;

    Lock(ext, &irql);
    if (ext->Count == 0) {
        return STATUS_UNSUCCESSFUL; //~ SpinLock
    }
    KeReleaseSpinLock(&ext->Lock, irql);
    return STATUS_SUCCESS;
}
