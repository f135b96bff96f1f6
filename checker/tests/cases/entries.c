// rules: wdm/MarkingInterlockedQueuedIrps
// An entry in a list stands for the structure that it lies in: the IRP itself, an alias of it, another one.

#include <wdm.h>

typedef struct _JOB {
    LIST_ENTRY ListEntry;
    PIRP Irp;
} JOB, *PJOB;

typedef struct _EXTENSION {
    LIST_ENTRY Queue;
    SINGLE_LIST_ENTRY Stack;
    KSPIN_LOCK Lock;
    PIRP Oldest;
} EXTENSION, *PEXTENSION;

DRIVER_DISPATCH ByName;
DRIVER_DISPATCH ByAlias;
DRIVER_DISPATCH ByPointer;
DRIVER_DISPATCH ByElement;
DRIVER_DISPATCH ByHelper;
DRIVER_DISPATCH OtherMember;
DRIVER_DISPATCH OtherObject;
DRIVER_DISPATCH Marked;

NTSTATUS ByName(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;

    ExInterlockedInsertTailList(&extension->Queue, &Irp->Tail.Overlay.ListEntry, &extension->Lock); //~ MarkingInterlockedQueuedIrps
    return STATUS_PENDING;
}

NTSTATUS ByAlias(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    PIRP same = Irp;

    ExInterlockedInsertHeadList(&extension->Queue, &(same->Tail.Overlay.ListEntry), &extension->Lock); //~ MarkingInterlockedQueuedIrps
    return STATUS_PENDING;
}

NTSTATUS ByPointer(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    PLIST_ENTRY entry = &Irp->Tail.Overlay.ListEntry;

    ExInterlockedInsertTailList(&extension->Queue, entry, &extension->Lock); //~ MarkingInterlockedQueuedIrps
    return STATUS_PENDING;
}

NTSTATUS ByElement(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;

    ExInterlockedPushEntryList(&extension->Stack, (PSINGLE_LIST_ENTRY)&Irp->Tail.Overlay.DriverContext[1], &extension->Lock); //~ MarkingInterlockedQueuedIrps
    return STATUS_PENDING;
}

static VOID Append(PEXTENSION Extension, PIRP Irp)
{
    ExInterlockedInsertTailList(&Extension->Queue, &Irp->Tail.Overlay.ListEntry, &Extension->Lock); //~ MarkingInterlockedQueuedIrps
}

NTSTATUS ByHelper(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Append(DeviceObject->DeviceExtension, Irp);
    return STATUS_PENDING;
}

/* A member of the same name in another structure, and another member of the same structure. */
NTSTATUS OtherMember(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    PJOB job = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*job), 'boJ');

    if (job == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    job->Irp = Irp;
    ExInterlockedInsertTailList(&extension->Queue, &job->ListEntry, &extension->Lock);
    ExInterlockedInsertTailList(&extension->Queue, &Irp->ThreadListEntry, &extension->Lock);
    return STATUS_PENDING;
}

NTSTATUS OtherObject(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;

    UNREFERENCED_PARAMETER(Irp);
    ExInterlockedInsertTailList(&extension->Queue, &extension->Oldest->Tail.Overlay.ListEntry, &extension->Lock);
    return STATUS_PENDING;
}

NTSTATUS Marked(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;

    IoMarkIrpPending(Irp);
    ExInterlockedInsertTailList(&extension->Queue, &Irp->Tail.Overlay.ListEntry, &extension->Lock);
    return STATUS_PENDING;
}
