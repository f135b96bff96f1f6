// rules: wdm/SpinLock
// With much stored, what nothing can name is forgotten where paths meet, and what can be named is not: flags that decide
// who releases a lock stand behind a parameter, behind the result of a call, and behind what a call has changed.

#include <ntddk.h>

typedef struct _ENTRY {
    struct _ENTRY *Next;
    ULONG Held;
} ENTRY, *PENTRY;

typedef struct _DEVICE_EXTENSION {
    KSPIN_LOCK Lock;
    ULONG Held;
    ULONG Slots[40];
} DEVICE_EXTENSION, *PDEVICE_EXTENSION;

PENTRY FindEntry(VOID);
VOID MoveEntry(PENTRY Entry);

static DRIVER_DISPATCH BehindParameter;
static DRIVER_DISPATCH BehindResult;
static DRIVER_DISPATCH BehindChange;
static DRIVER_DISPATCH Overwritten;

// Two, because what one call is known to store is bounded.
static VOID
FillLow(_Inout_ PDEVICE_EXTENSION extension)
{
    extension->Slots[0] = 1;
    extension->Slots[1] = 2;
    extension->Slots[2] = 3;
    extension->Slots[3] = 4;
    extension->Slots[4] = 5;
    extension->Slots[5] = 6;
    extension->Slots[6] = 7;
    extension->Slots[7] = 8;
    extension->Slots[8] = 9;
    extension->Slots[9] = 10;
    extension->Slots[10] = 11;
    extension->Slots[11] = 12;
    extension->Slots[12] = 13;
    extension->Slots[13] = 14;
    extension->Slots[14] = 15;
    extension->Slots[15] = 16;
    extension->Slots[16] = 17;
    extension->Slots[17] = 18;
    extension->Slots[18] = 19;
    extension->Slots[19] = 20;
}

static VOID
FillHigh(_Inout_ PDEVICE_EXTENSION extension)
{
    extension->Slots[20] = 21;
    extension->Slots[21] = 22;
    extension->Slots[22] = 23;
    extension->Slots[23] = 24;
    extension->Slots[24] = 25;
    extension->Slots[25] = 26;
    extension->Slots[26] = 27;
    extension->Slots[27] = 28;
    extension->Slots[28] = 29;
    extension->Slots[29] = 30;
    extension->Slots[30] = 31;
    extension->Slots[31] = 32;
    extension->Slots[32] = 33;
    extension->Slots[33] = 34;
    extension->Slots[34] = 35;
    extension->Slots[35] = 36;
    extension->Slots[36] = 37;
    extension->Slots[37] = 38;
    extension->Slots[38] = 39;
    extension->Slots[39] = 40;
}

NTSTATUS
BehindParameter(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    KIRQL irql = 0;

    FillLow(extension);
    FillHigh(extension);
    extension->Held = 0;
    if (Irp->Cancel) {
        KeAcquireSpinLock(&extension->Lock, &irql);
        extension->Held = 1;
    }
    if (extension->Held) {
        KeReleaseSpinLock(&extension->Lock, irql);
    }
    return STATUS_SUCCESS;
}

NTSTATUS
BehindResult(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    PENTRY entry = FindEntry();
    KIRQL irql = 0;

    FillLow(extension);
    FillHigh(extension);
    entry->Next->Held = 0;
    if (Irp->Cancel) {
        KeAcquireSpinLock(&extension->Lock, &irql);
        entry->Next->Held = 1;
    }
    if (entry->Next->Held) {
        KeReleaseSpinLock(&extension->Lock, irql);
    }
    return STATUS_SUCCESS;
}

NTSTATUS
BehindChange(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    ENTRY head;
    KIRQL irql = 0;

    FillLow(extension);
    FillHigh(extension);
    MoveEntry(&head);
    head.Next->Held = 0;
    if (Irp->Cancel) {
        KeAcquireSpinLock(&extension->Lock, &irql);
        head.Next->Held = 1;
    }
    if (head.Next->Held) {
        KeReleaseSpinLock(&extension->Lock, irql);
    }
    return STATUS_SUCCESS;
}

NTSTATUS
Overwritten(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PDEVICE_EXTENSION extension = DeviceObject->DeviceExtension;
    PENTRY entry = FindEntry();
    KIRQL irql = 0;

    FillLow(extension);
    FillHigh(extension);
    entry->Next->Held = 0;
    if (Irp->Cancel) {
        KeAcquireSpinLock(&extension->Lock, &irql);
        entry->Next->Held = 0;
    }
    if (entry->Next->Held) {
        KeReleaseSpinLock(&extension->Lock, irql);
    }
    return STATUS_SUCCESS; //~ SpinLock
}
