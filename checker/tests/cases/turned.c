// rules: wdm/ExclusiveResourceAccess
/* A lock that is held over the turns of a loop, and what a helper does with it in between. */
#include <ntifs.h>

typedef struct _VOLUME {
    ERESOURCE Lock;
} VOLUME, *PVOLUME;

typedef struct _ITEM {
    PVOLUME Volume;
} ITEM, *PITEM;

PITEM NextItem(VOID);

static VOID Shut(PVOLUME Volume)
{
    ExAcquireResourceSharedLite(&Volume->Lock, TRUE);
    ExReleaseResourceLite(&Volume->Lock);
}

static VOID ShutAlone(PVOLUME Volume)
{
    ExAcquireResourceExclusiveLite(&Volume->Lock, TRUE);
    ExReleaseResourceLite(&Volume->Lock);
}

/* The helper shares what is shared. */
VOID ShutAll(VOID)
{
    PITEM item;
    PVOLUME current = NULL;

    while ((item = NextItem()) != NULL) {
        if (item->Volume != current) {
            if (current != NULL) {
                ExReleaseResourceLite(&current->Lock);
            }
            current = item->Volume;
            ExAcquireResourceSharedLite(&current->Lock, TRUE);
        }
        Shut(current);
    }
    if (current != NULL) {
        ExReleaseResourceLite(&current->Lock);
    }
}

/* Nobody can have held what the helper took for itself alone. */
VOID ShutAllAlone(VOID)
{
    PITEM item;
    PVOLUME current = NULL;

    while ((item = NextItem()) != NULL) {
        current = item->Volume;
        ShutAlone(current);
        ExReleaseResourceLite(&current->Lock); //~ ExclusiveResourceAccess
    }
}
