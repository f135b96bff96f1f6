// rules: wdm/IrqlKeWaitForMutexObject ndis/Irql_Gather_DMA_Function
/* Single bits of a field: what is known of one, whatever comes of others. */
#include <ndis.h>

#define SLAVE 8
#define REMOVED 1024

typedef struct _NODE {
    ULONG Flags;
    KEVENT Event;
} NODE, *PNODE;

static PVOID Table[8];

static VOID Host(PNODE Node)
{
    KeWaitForSingleObject(&Node->Event, Executive, KernelMode, FALSE, NULL); //~ IrqlKeWaitForMutexObject
}

static VOID Command(PNODE Node)
{
    if (Node->Flags & SLAVE) {
        return;
    }
    Host(Node);
}

static VOID HostAgain(PNODE Node)
{
    KeWaitForSingleObject(&Node->Event, Executive, KernelMode, FALSE, NULL);
}

static VOID CommandAgain(PNODE Node)
{
    if (Node->Flags & SLAVE) {
        return;
    }
    HostAgain(Node);
}

/* Another bit is set in other turns. */
KDEFERRED_ROUTINE Same;
VOID Same(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PNODE node = Context;
    ULONG index;

    for (index = 0; index < 8; ++index) {
        if (Table[index]) {
            if (node->Flags & SLAVE) {
                CommandAgain(node);
            }
        } else {
            node->Flags |= REMOVED;
        }
    }
}

/* The bit itself is written between. */
KDEFERRED_ROUTINE Changed;
VOID Changed(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PNODE node = Context;
    ULONG index;

    for (index = 0; index < 8; ++index) {
        if (Table[index]) {
            if (node->Flags & SLAVE) {
                node->Flags = index;
                Command(node);
            }
        } else {
            node->Flags |= REMOVED;
        }
    }
}

/* A flag that says at which level its receiver runs. */
static NDIS_HANDLE Dma;
static PNET_BUFFER Buffer;
static PSCATTER_GATHER_LIST List;

static VOID Free(ULONG Flags)
{
    KIRQL old = DISPATCH_LEVEL;

    if ((Flags & NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL) == 0) {
        NDIS_RAISE_IRQL_TO_DISPATCH(&old);
    }
    NdisMFreeNetBufferSGList(Dma, List, Buffer);
    NDIS_LOWER_IRQL(old, DISPATCH_LEVEL);
}

MINIPORT_PAUSE Pause;
NDIS_STATUS Pause(NDIS_HANDLE Context, PNDIS_MINIPORT_PAUSE_PARAMETERS Parameters)
{
    Free(KeGetCurrentIrql() == DISPATCH_LEVEL ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0);
    return NDIS_STATUS_SUCCESS;
}

static VOID FreeWrongly(ULONG Flags)
{
    KIRQL old = DISPATCH_LEVEL;

    if ((Flags & NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL) == 0) {
        NDIS_RAISE_IRQL_TO_DISPATCH(&old);
    }
    NdisMFreeNetBufferSGList(Dma, List, Buffer); //~ Irql_Gather_DMA_Function
    NDIS_LOWER_IRQL(old, DISPATCH_LEVEL);
}

MINIPORT_RESTART Restart;
NDIS_STATUS Restart(NDIS_HANDLE Context, PNDIS_MINIPORT_RESTART_PARAMETERS Parameters)
{
    FreeWrongly(NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL);
    return NDIS_STATUS_SUCCESS;
}
