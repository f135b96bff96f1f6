// rules: wdm/ExclusiveResourceAccess wdm/IrqlKeRaiseLower wdm/SpinLock wdm/IoBuildDeviceControlWait wdm/CriticalRegions
// What results of the system's functions and its macros come to.

#include <ntifs.h>
#include <ndis.h>

#define MY_WAIT(o, to) KeWaitForSingleObject(o, Executive, KernelMode, FALSE, to);
#define MY_LOOK(o) KeReadStateEvent(o);

VOID Other(VOID);

// A Boolean is TRUE or FALSE and nothing else.
VOID Compared(PERESOURCE Resource, PKSPIN_LOCK Lock)
{
    BOOLEAN acquired = ExAcquireResourceExclusiveLite(Resource, TRUE);
    BOOLEAN taken;

    Other();
    if (acquired == TRUE) {
        ExReleaseResourceLite(Resource);
    }
    taken = KeTryToAcquireSpinLockAtDpcLevel(Lock);
    if (taken != TRUE) {
        return;
    }
    KeReleaseSpinLockFromDpcLevel(Lock);
}

VOID ComparedAndMore(PERESOURCE Resource, BOOLEAN More)
{
    BOOLEAN acquired = ExAcquireResourceExclusiveLite(Resource, TRUE);

    if (acquired == TRUE && More) {
        ExReleaseResourceLite(Resource);
    }
} //~ ExclusiveResourceAccess

// Another name of a function.
VOID Converted(PERESOURCE Resource)
{
    ExAcquireResourceExclusiveLite(Resource, TRUE);
    ExConvertExclusiveToShared(Resource);
}

// What is deleted is held by nobody.
VOID Deleted(PERESOURCE Resource)
{
    ExAcquireResourceExclusiveLite(Resource, TRUE);
    ExDeleteResourceLite(Resource);
}

// Tests of one bit, and the bit itself.
VOID Flags(PNET_BUFFER_LIST List, ULONG SendFlags)
{
    KIRQL irql = PASSIVE_LEVEL;

    if (!NDIS_TEST_SEND_AT_DISPATCH_LEVEL(SendFlags)) {
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
    }
    while (List != NULL) {
        List = NET_BUFFER_LIST_NEXT_NBL(List);
    }
    if (!(SendFlags & NDIS_SEND_FLAGS_DISPATCH_LEVEL)) {
        KeLowerIrql(irql);
    }
}

// A macro may bring the semicolon of the statement that it is the end of.
NTSTATUS Send(ULONG Code, PDEVICE_OBJECT Device, PLARGE_INTEGER Timeout)
{
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;
    KEVENT event;
    PIRP irp;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(Code, Device, NULL, 0, NULL, 0, FALSE, &event, &iosb);
    if (!irp) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IoCallDriver(Device, irp);
    if (status == STATUS_PENDING) {
        status = MY_WAIT(&event, Timeout);
    }
    return status;
}

NTSTATUS SendOnly(ULONG Code, PDEVICE_OBJECT Device)
{
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;
    KEVENT event;
    PIRP irp;
    LONG state;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp = IoBuildDeviceIoControlRequest(Code, Device, NULL, 0, NULL, 0, FALSE, &event, &iosb);
    if (!irp) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = IoCallDriver(Device, irp);
    if (status == STATUS_PENDING) {
        state = MY_LOOK(&event);
        DbgPrint("%d", state);
    }
    return status; //~ IoBuildDeviceControlWait
}

// Who waits for a resource gets it; who does not may be left without.
NTSTATUS Waited(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    if (!ExAcquireResourceSharedLite(Resource, TRUE)) {
        return STATUS_CANT_WAIT;
    }
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
    return STATUS_SUCCESS;
}

NTSTATUS NotWaited(PERESOURCE Resource, BOOLEAN Wait)
{
    KeEnterCriticalRegion();
    if (!ExAcquireResourceSharedLite(Resource, Wait)) {
        return STATUS_CANT_WAIT; //~ CriticalRegions
    }
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
    return STATUS_SUCCESS;
}
