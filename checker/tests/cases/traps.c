// rules: wdm/SpinLock
// Five traps of real driver code: correct functions that look wrong, each with a twin that is wrong.
typedef struct _QUEUE { KSPIN_LOCK Lock; KSPIN_LOCK Other; LIST_ENTRY Irps; ULONG Count; IO_CSQ Csq; } QUEUE, *PQUEUE;
typedef enum _WHICH { WhichFirst, WhichSecond } WHICH;

#define TRY __try
#define LEAVE __leave
#define FINALLY __finally

DRIVER_DISPATCH LevelDecides;
DRIVER_DISPATCH LevelDecidesNot;
DRIVER_DISPATCH FlagCompared;
DRIVER_DISPATCH FlagParameter;
DRIVER_DISPATCH SwitchWrapper;
DRIVER_DISPATCH SwitchWrapperWrong;
DRIVER_DISPATCH Spelled;
DRIVER_DISPATCH SpelledWrong;
DRIVER_DISPATCH Unwinds;
DRIVER_DISPATCH UnwindsNot;
IO_CSQ_ACQUIRE_LOCK CsqAcquire;
IO_CSQ_RELEASE_LOCK CsqRelease;

// 1. The level that is tested is written by the acquire.
NTSTATUS LevelDecides(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    KIRQL irql = KeGetCurrentIrql();

    if (irql < DISPATCH_LEVEL) {
        KeAcquireSpinLock(&queue->Lock, &irql);
    } else {
        KeAcquireSpinLockAtDpcLevel(&queue->Lock);
    }
    queue->Count++;
    if (irql < DISPATCH_LEVEL) {
        KeReleaseSpinLock(&queue->Lock, irql);
    } else {
        KeReleaseSpinLockFromDpcLevel(&queue->Lock);
    }
    return STATUS_SUCCESS;
}

NTSTATUS LevelDecidesNot(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    KIRQL irql = KeGetCurrentIrql();

    KeAcquireSpinLock(&queue->Lock, &irql);
    if (queue->Count != 0) {
        KeReleaseSpinLock(&queue->Lock, irql);
    }
    return STATUS_SUCCESS; //~ SpinLock
}

// 2. Flags compared with constants, flags as parameters, wrappers that choose a lock.
NTSTATUS FlagCompared(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    BOOLEAN LockHeld = FALSE;
    KIRQL irql = PASSIVE_LEVEL;

    if (queue->Count != 0) {
        KeAcquireSpinLock(&queue->Lock, &irql);
        LockHeld = TRUE;
    }
    queue->Count = 0;
    if (LockHeld == TRUE) {
        KeReleaseSpinLock(&queue->Lock, irql);
    }
    return STATUS_SUCCESS;
}

static VOID Reset(PQUEUE queue, BOOLEAN DispatchLevel)
{
    KIRQL irql = PASSIVE_LEVEL;

    if (DispatchLevel) {
        KeAcquireSpinLockAtDpcLevel(&queue->Lock);
    } else {
        KeAcquireSpinLock(&queue->Lock, &irql);
    }
    queue->Count = 0;
    if (DispatchLevel) {
        KeReleaseSpinLockFromDpcLevel(&queue->Lock);
    } else {
        KeReleaseSpinLock(&queue->Lock, irql);
    }
}

NTSTATUS FlagParameter(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Reset(DeviceObject->DeviceExtension, FALSE);
    return STATUS_SUCCESS;
}

static VOID Take(PQUEUE queue, WHICH which, PKIRQL irql)
{
    switch (which) {
    case WhichFirst:
        KeAcquireSpinLock(&queue->Lock, irql);
        break;
    case WhichSecond:
        KeAcquireSpinLock(&queue->Other, irql);
        break;
    }
}

static VOID Give(PQUEUE queue, WHICH which, KIRQL irql)
{
    switch (which) {
    case WhichFirst:
        KeReleaseSpinLock(&queue->Lock, irql);
        break;
    case WhichSecond:
        KeReleaseSpinLock(&queue->Other, irql);
        break;
    }
}

NTSTATUS SwitchWrapper(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KIRQL irql;

    Take(DeviceObject->DeviceExtension, WhichSecond, &irql);
    Give(DeviceObject->DeviceExtension, WhichSecond, irql);
    return STATUS_SUCCESS;
}

NTSTATUS SwitchWrapperWrong(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    KIRQL irql;

    Take(queue, WhichFirst, &irql);
    if (queue->Count == 0) {
        return STATUS_UNSUCCESSFUL; //~ SpinLock
    }
    Give(queue, WhichFirst, irql);
    return STATUS_SUCCESS;
}

// 3. Callbacks whose role is to return with the lock held, and to be entered with it.
VOID CsqAcquire(PIO_CSQ Csq, PKIRQL Irql)
{
    PQUEUE queue = CONTAINING_RECORD(Csq, QUEUE, Csq);

    KeAcquireSpinLock(&queue->Lock, Irql);
}

VOID CsqRelease(PIO_CSQ Csq, KIRQL Irql)
{
    PQUEUE queue = CONTAINING_RECORD(Csq, QUEUE, Csq);

    KeReleaseSpinLock(&queue->Lock, Irql);
}

// 4. One lock, spelled with parentheses and casts.
NTSTATUS Spelled(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    KIRQL irql;

    KeAcquireSpinLock(&(queue->Lock), &irql);
    KeReleaseSpinLock((PKSPIN_LOCK)&((PQUEUE)(queue))->Lock, irql);
    return STATUS_SUCCESS;
}

NTSTATUS SpelledWrong(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = (PQUEUE)DeviceObject->DeviceExtension;
    KIRQL irql;

    KeAcquireSpinLock(&(queue->Lock), &irql);
    KeReleaseSpinLock(&(queue->Other), irql); //~ SpinLock
    return STATUS_SUCCESS; //~ SpinLock
}

// 5. The release stands in a termination handler behind macros.
NTSTATUS Unwinds(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&queue->Lock, &irql);
    TRY {
        if (queue->Count == 0) {
            status = STATUS_UNSUCCESSFUL;
            LEAVE;
        }
        queue->Count--;
    } FINALLY {
        KeReleaseSpinLock(&queue->Lock, irql);
    }
    return status;
}

NTSTATUS UnwindsNot(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PQUEUE queue = DeviceObject->DeviceExtension;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    KeAcquireSpinLock(&queue->Lock, &irql);
    TRY {
        if (queue->Count == 0) {
            status = STATUS_UNSUCCESSFUL;
            LEAVE;
        }
        KeReleaseSpinLock(&queue->Lock, irql);
    } FINALLY {
        queue->Count = 0;
    }
    return status; //~ SpinLock
}
