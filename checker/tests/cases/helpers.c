// rules: storport/IoFreeIrp wdm/SpinLock wdm/IrqlZwPassive kmdf/WdfWaitlock
// Helpers: what one makes and keeps to itself is its own to see to, what it is told or says decides for its callers, and
// a routine that the system knows by its name needs no declaration.

#include <storport.h>
#include <wdf.h>

typedef struct _PORT {
    KSPIN_LOCK Lock;
    ULONG Count;
    BOOLEAN Inspect;
} PORT, *PPORT;

typedef struct _GUARD {
    WDFWAITLOCK Held;
} GUARD, *PGUARD;

HW_DPC_ROUTINE PortDpc;
KDEFERRED_ROUTINE PortTimer;
EVT_WDF_FILE_CLEANUP PortCleanup;

static VOID PortSend(VOID)
{
    PIRP irp = IoAllocateIrp(2, FALSE);

    if (irp == NULL) {
        return;
    }
    irp->UserIosb = NULL;
} //~ IoFreeIrp

static PIRP PortMake(VOID)
{
    PIRP irp = IoAllocateIrp(2, FALSE);

    if (irp != NULL) {
        irp->UserIosb = NULL;
    }
    return irp;
}

VOID PortDpc(PSTOR_DPC Dpc, PVOID HwDeviceExtension, PVOID SystemArgument1, PVOID SystemArgument2)
{
    PIRP irp;

    PortSend();
    irp = PortMake();
    if (irp != NULL) {
        IoFreeIrp(irp);
    }
}

/* Handed over locked where it is not told to inspect: both know it by the argument. */
static VOID PortEnter(PPORT Port, BOOLEAN Inspect)
{
    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    if (Inspect) {
        KeReleaseSpinLockFromDpcLevel(&Port->Lock);
    }
}

VOID PortTimer(PKDPC Dpc, PVOID Context, PVOID One, PVOID Two)
{
    PPORT port = Context;
    BOOLEAN inspect = port->Inspect;

    PortEnter(port, inspect);
    port->Count++;
    if (!inspect) {
        KeReleaseSpinLockFromDpcLevel(&port->Lock);
    }
}

/* What is cleared behind the release was there before it. */
static VOID GuardRelease(PGUARD Guard)
{
    WdfWaitLockRelease(Guard->Held);
    Guard->Held = NULL;
}

VOID PortCleanup(WDFFILEOBJECT FileObject)
{
    WDFWAITLOCK lock = *(WDFWAITLOCK *)WdfObjectGetTypedContextWorker(FileObject, NULL);
    GUARD guard;

    guard.Held = lock;
    WdfWaitLockAcquire(guard.Held, NULL);
    GuardRelease(&guard);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    KIRQL irql;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    ZwClose(DriverObject); //~ IrqlZwPassive
    KeLowerIrql(irql);
    return StorPortInitialize(DriverObject, RegistryPath, NULL, NULL);
}
