// rules: wdm/CriticalRegions wdm/IrqlKeWaitForMutexObject
/* What a helper looks up for its caller goes with the status that it returns; and who locks has something to lock. */
#include <ntifs.h>

typedef struct _ENTRY {
    struct _ENTRY *Next;
    ULONGLONG Index;
} ENTRY, *PENTRY;

typedef struct _PROCESS {
    ENTRY Entry;
    ERESOURCE Lock;
} PROCESS, *PPROCESS;

static NTSTATUS Locate(PENTRY Top, ULONGLONG Index, PENTRY *Found)
{
    NTSTATUS status = STATUS_SUCCESS;
    PENTRY current = Top;

    if (Top == NULL) {
        status = STATUS_INVALID_PARAMETER;
        goto exit;
    }
    while (current != NULL) {
        if (current->Index == Index) {
            *Found = current;
            break;
        }
        current = current->Next;
    }
exit:
    return status;
}

VOID Validate(PENTRY Head, ULONGLONG Id)
{
    PPROCESS process = NULL;
    NTSTATUS status = Locate(Head, Id, (PENTRY *)&process);

    if (!NT_SUCCESS(status) || process == NULL) {
        goto exit;
    }
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&process->Lock, TRUE);
exit:
    if (process != NULL) {
        ExReleaseResourceLite(&process->Lock);
        KeLeaveCriticalRegion();
    }
}

/* The same with another test before. */
VOID ValidateWrongly(PENTRY Head, ULONGLONG Id)
{
    PPROCESS process = NULL;
    NTSTATUS status = Locate(Head, Id, (PENTRY *)&process);

    if (!NT_SUCCESS(status) || process == NULL || Id == 0) {
        goto exit;
    }
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&process->Lock, TRUE);
exit:
    if (process != NULL) {
        ExReleaseResourceLite(&process->Lock);
        KeLeaveCriticalRegion(); //~ CriticalRegions
    }
}

/* Helpers that do nothing where they are given no lock. */
typedef struct _MUTUAL {
    KSPIN_LOCK Spin;
    KIRQL Level;
} MUTUAL, *PMUTUAL;

typedef struct _LIST {
    PMUTUAL Lock;
    ULONG Count;
} LIST, *PLIST;

typedef struct _ADAPTER {
    PMUTUAL Lock;
    PLIST Files;
} ADAPTER, *PADAPTER;

VOID Touch(ULONG Count);

static VOID Lock(PMUTUAL Mutual)
{
    if (Mutual == NULL) {
        return;
    }
    KeAcquireSpinLock(&Mutual->Spin, &Mutual->Level);
}

static VOID Unlock(PMUTUAL Mutual)
{
    if (Mutual == NULL) {
        return;
    }
    KeReleaseSpinLock(&Mutual->Spin, Mutual->Level);
}

VOID WaitUntilClosed(PADAPTER Adapter, PKEVENT Event)
{
    ULONG count;

    do {
        Lock(Adapter->Lock);
        Lock(Adapter->Files->Lock);
        count = Adapter->Files->Count;
        if (count > 3) {
            Touch(count);
        }
        Unlock(Adapter->Files->Lock);
        Unlock(Adapter->Lock);
        KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL);
    } while (count != 0);
}

VOID WaitWithLock(PADAPTER Adapter, PKEVENT Event)
{
    Lock(Adapter->Lock);
    KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL); //~ IrqlKeWaitForMutexObject
    Unlock(Adapter->Lock);
}

VOID WaitWithoutLock(PKEVENT Event)
{
    Lock(NULL);
    KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL);
    Unlock(NULL);
}
