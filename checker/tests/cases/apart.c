// rules: wdm/ExclusiveResourceAccess
/* A flag that decides whether a lock is taken, made of more conditions than are kept apart. */
#include <ntifs.h>

typedef struct _VOLUME {
    LIST_ENTRY Links;
    ULONG State;
    ULONG Condition;
    ULONG Opened;
} VOLUME, *PVOLUME;

typedef struct _ITEM {
    PVOLUME Volume;
    ULONG Flags;
} ITEM, *PITEM;

static ERESOURCE Global;
static LIST_ENTRY Volumes;

PITEM NextItem(PVOLUME Volume);
VOID Note(PITEM Item);
VOID Drop(PITEM Item);

static VOID DropAll(PVOLUME Volume)
{
    BOOLEAN last;
    PVOLUME current = NULL;
    ULONG count = 0;
    PITEM item;

    while ((item = NextItem(Volume)) != NULL) {
        if (Volume != NULL) {
            item->Flags &= ~1;
        }
        Note(item);
        last = Volume == NULL && item->Volume->Condition != 1 && item->Volume->Condition != 2 && item->Volume->Opened == 0;
        if (last || count > 10 || item->Volume != current) {
            if (last) {
                ExAcquireResourceExclusiveLite(&Global, TRUE);
            }
            current = item->Volume;
            count = 0;
        } else {
            count += 1;
        }
        Drop(item);
        if (last) {
            ExReleaseResourceLite(&Global);
        }
    }
}

/* Whatever volume it is given. */
static VOID DropAnyways(PVOLUME Volume)
{
    BOOLEAN last;
    PVOLUME current = NULL;
    ULONG count = 0;
    PITEM item;

    while ((item = NextItem(Volume)) != NULL) {
        if (Volume != NULL) {
            item->Flags &= ~1;
        }
        Note(item);
        last = item->Volume->Condition != 1 && item->Volume->Condition != 2 && item->Volume->Opened == 0;
        if (last || count > 10 || item->Volume != current) {
            if (last) {
                ExAcquireResourceExclusiveLite(&Global, TRUE); //~ ExclusiveResourceAccess
            }
            current = item->Volume;
            count = 0;
        } else {
            count += 1;
        }
        Drop(item);
        if (last) {
            ExReleaseResourceLite(&Global);
        }
    }
}

/* For one volume the global lock is not taken. */
VOID DropVolumes(VOID)
{
    PLIST_ENTRY links;

    ExAcquireResourceExclusiveLite(&Global, TRUE);
    for (links = Volumes.Flink; links != &Volumes; links = links->Flink) {
        PVOLUME volume = CONTAINING_RECORD(links, VOLUME, Links);

        if (volume->State == 1) {
            continue;
        }
        DropAll(volume);
    }
    ExReleaseResourceLite(&Global);
}

VOID DropVolumesAnyways(VOID)
{
    PLIST_ENTRY links;

    ExAcquireResourceExclusiveLite(&Global, TRUE);
    for (links = Volumes.Flink; links != &Volumes; links = links->Flink) {
        DropAnyways(CONTAINING_RECORD(links, VOLUME, Links));
    }
    ExReleaseResourceLite(&Global);
}
