// rules: wdm/SpinLock wdm/IrqlZwPassive
/* Locks that count who has them, or know their owner, and objects that count their references. */
#include <ntddk.h>

typedef struct _COUNTED {
    KSPIN_LOCK Spin;
    LONG Count;
    PKTHREAD Owner;
    KIRQL Level;
} COUNTED, *PCOUNTED;

typedef struct _DEVICE {
    COUNTED Lock;
    ULONG Value;
} DEVICE, *PDEVICE;

static VOID Take(PCOUNTED Lock)
{
    PKTHREAD thread = KeGetCurrentThread();

    if (thread != Lock->Owner) {
        KeAcquireSpinLock(&Lock->Spin, &Lock->Level);
        Lock->Owner = thread;
    }
    InterlockedIncrement(&Lock->Count);
}

static VOID Give(PCOUNTED Lock)
{
    InterlockedDecrement(&Lock->Count);
    if (Lock->Count == 0) {
        Lock->Owner = NULL;
        KeReleaseSpinLock(&Lock->Spin, Lock->Level);
    }
}

ULONG Get(PDEVICE Device, HANDLE Key)
{
    ULONG value;

    Take(&Device->Lock);
    value = Device->Value;
    Give(&Device->Lock);
    ZwFlushKey(Key);
    return value;
}

/* A counter of plain numbers. */
static VOID TakePlain(PCOUNTED Lock)
{
    if (Lock->Count++ == 0) {
        KeAcquireSpinLock(&Lock->Spin, &Lock->Level);
    }
}

static VOID GivePlain(PCOUNTED Lock)
{
    if (--Lock->Count == 0) {
        KeReleaseSpinLock(&Lock->Spin, Lock->Level);
    }
}

ULONG GetPlain(PDEVICE Device)
{
    ULONG value;

    TakePlain(&Device->Lock);
    value = Device->Value;
    GivePlain(&Device->Lock);
    return value;
}

/* What goes by something that it does not keep itself is judged. */
static VOID GiveIf(PDEVICE Device)
{
    if (Device->Value == 0) {
        KeReleaseSpinLock(&Device->Lock.Spin, Device->Lock.Level);
    }
}

VOID Unbalanced(PDEVICE Device)
{
    KeAcquireSpinLock(&Device->Lock.Spin, &Device->Lock.Level);
    GiveIf(Device);
} //~ SpinLock

/* So is what keeps a count and does not go by it. */
static VOID GiveAndCount(PDEVICE Device)
{
    Device->Lock.Count--;
    if (Device->Value == 0) {
        KeReleaseSpinLock(&Device->Lock.Spin, Device->Lock.Level);
    }
}

VOID Miscounted(PDEVICE Device)
{
    KeAcquireSpinLock(&Device->Lock.Spin, &Device->Lock.Level);
    GiveAndCount(Device);
} //~ SpinLock

/* The last reference. */
typedef struct _OBJECT {
    LONG References;
    KSPIN_LOCK Lock;
    ULONG State;
} OBJECT, *POBJECT;

NTSTATUS Prepare(POBJECT Object);

static VOID Destroy(POBJECT Object)
{
    KIRQL level;

    KeAcquireSpinLock(&Object->Lock, &level); //~ SpinLock
    Object->State = 0;
    KeReleaseSpinLock(&Object->Lock, level);
}

static VOID Reference(POBJECT Object)
{
    InterlockedIncrement(&Object->References);
}

static VOID Dereference(POBJECT Object)
{
    if (InterlockedDecrement(&Object->References) == 0) {
        Destroy(Object);
    }
}

/* The reference that goes is the one that came. */
NTSTATUS Own(POBJECT Object)
{
    KIRQL level;
    NTSTATUS status;

    KeAcquireSpinLock(&Object->Lock, &level);
    Reference(Object);
    status = Prepare(Object);
    if (!NT_SUCCESS(status)) {
        Dereference(Object);
    }
    KeReleaseSpinLock(&Object->Lock, level);
    return status;
}

/* Somebody else's may be the last one. */
NTSTATUS Foreign(POBJECT Object)
{
    KIRQL level;
    NTSTATUS status;

    KeAcquireSpinLock(&Object->Lock, &level);
    status = Prepare(Object);
    if (!NT_SUCCESS(status)) {
        Dereference(Object);
    }
    KeReleaseSpinLock(&Object->Lock, level);
    return status;
}
