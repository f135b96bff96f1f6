// rules: wdm/ExclusiveResourceAccess wdm/CriticalRegions
// What is known of a resource: whether it is held, by asking, and that who may wait for it gets it.

#include <ntifs.h>

typedef struct _POOL {
    ERESOURCE Lock;
    LIST_ENTRY Entries;
    ULONG Active;
} POOL, *PPOOL;

VOID Change(PPOOL Pool);

/* Takes what nobody above has. */
static VOID Validate(PPOOL Pool)
{
    BOOLEAN release = FALSE;

    if (!ExIsResourceAcquiredLite(&Pool->Lock)) {
        ExAcquireResourceExclusiveLite(&Pool->Lock, TRUE);
        release = TRUE;
    }
    Change(Pool);
    if (release) {
        ExReleaseResourceLite(&Pool->Lock);
    }
}

VOID Outer(PPOOL Pool)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&Pool->Lock, TRUE);
    Validate(Pool);
    ExReleaseResourceLite(&Pool->Lock);
    KeLeaveCriticalRegion();
}

VOID Bare(PPOOL Pool)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&Pool->Lock, TRUE);
    ExReleaseResourceLite(&Pool->Lock);
    Validate(Pool);
    ExReleaseResourceLite(&Pool->Lock); //~ ExclusiveResourceAccess
    KeLeaveCriticalRegion();
}

/* Takes what somebody above has. */
static VOID ValidateAgain(PPOOL Pool)
{
    if (ExIsResourceAcquiredLite(&Pool->Lock)) {
        ExAcquireResourceExclusiveLite(&Pool->Lock, TRUE); //~ ExclusiveResourceAccess
        Change(Pool);
        ExReleaseResourceLite(&Pool->Lock);
    }
}

VOID OuterAgain(PPOOL Pool)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&Pool->Lock, TRUE);
    ValidateAgain(Pool);
    ExReleaseResourceLite(&Pool->Lock);
    KeLeaveCriticalRegion();
}

/* Gets it, or does not. */
static BOOLEAN Acquire(PERESOURCE Resource, BOOLEAN Wait)
{
    BOOLEAN ok;

    KeEnterCriticalRegion();
    ok = ExAcquireResourceExclusiveLite(Resource, Wait); //~ ExclusiveResourceAccess
    if (!ok) {
        KeLeaveCriticalRegion();
    }
    return ok;
}

static VOID Release(PERESOURCE Resource)
{
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
}

static NTSTATUS Insert(PPOOL Pool, PLIST_ENTRY Entry)
{
    NTSTATUS status = STATUS_SUCCESS;

    Acquire(&Pool->Lock, TRUE);
    if (Pool->Active == 0) {
        status = STATUS_DEVICE_NOT_READY;
    } else {
        InsertTailList(&Pool->Entries, Entry);
    }
    Release(&Pool->Lock);
    return status;
}

/* The second acquisition is told of; the second release is its own. */
NTSTATUS Request(PPOOL Pool, PLIST_ENTRY Entry)
{
    NTSTATUS status;

    Acquire(&Pool->Lock, TRUE);
    status = Insert(Pool, Entry);
    Release(&Pool->Lock);
    return status;
}

/* Who may wait gets it, and leaves the region with it. */
NTSTATUS Waits(PPOOL Pool)
{
    BOOLEAN got = Acquire(&Pool->Lock, TRUE);

    if (!got) {
        return STATUS_UNSUCCESSFUL;
    }
    Change(Pool);
    Release(&Pool->Lock);
    return STATUS_SUCCESS;
}

/* Who does not wait may not get it. */
NTSTATUS Tries(PPOOL Pool)
{
    BOOLEAN got = Acquire(&Pool->Lock, FALSE);

    Change(Pool);
    ExReleaseResourceLite(&Pool->Lock); //~ ExclusiveResourceAccess
    KeLeaveCriticalRegion(); //~ CriticalRegions
    return got ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
