// rules: wdm/ExclusiveResourceAccess
/* Loops over many objects, each with a lock of its own. */
#include <ntifs.h>

typedef struct _NODE {
    PERESOURCE Lock;
    struct _NODE *Parent;
    LIST_ENTRY Links;
    LIST_ENTRY Children;
    ULONG Writes;
} NODE, *PNODE;

typedef struct _TREE {
    ERESOURCE Lock;
    LIST_ENTRY Links;
    PNODE Root;
} TREE, *PTREE;

static LIST_ENTRY Trees;

PNODE NextNode(VOID);

static PNODE Below(PNODE Node, PNODE Root)
{
    PNODE next;

    if (Node == NULL) {
        next = Root;
    } else if (Node->Links.Flink == &Node->Parent->Children) {
        return Node->Parent;
    } else {
        next = CONTAINING_RECORD(Node->Links.Flink, NODE, Links);
    }
    while (!IsListEmpty(&next->Children)) {
        next = CONTAINING_RECORD(next->Children.Flink, NODE, Links);
    }
    return next;
}

static VOID Take(PNODE Node)
{
    ExAcquireResourceExclusiveLite(Node->Lock, TRUE);
    if (Node->Writes != 0) {
        KeDelayExecutionThread(KernelMode, FALSE, NULL);
    }
}

/* One loop takes the locks of all, another gives them back. */
VOID Visit(VOID)
{
    PLIST_ENTRY links;

    for (links = Trees.Flink; links != &Trees; links = links->Flink) {
        PTREE tree = CONTAINING_RECORD(links, TREE, Links);
        PNODE node = NULL;

        while ((node = Below(node, tree->Root)) != NULL) {
            Take(node);
        }
        node = NULL;
        while ((node = Below(node, tree->Root)) != NULL) {
            ExReleaseResourceLite(node->Lock);
        }
    }
}

/* The lock of the tree is no turn's. */
VOID VisitLocked(PTREE Tree)
{
    PNODE node = NULL;

    while ((node = Below(node, Tree->Root)) != NULL) {
        ExAcquireResourceExclusiveLite(&Tree->Lock, TRUE); //~ ExclusiveResourceAccess
        if (node->Writes != 0) {
            continue;
        }
        ExReleaseResourceLite(&Tree->Lock);
    }
} //~ ExclusiveResourceAccess

/* What goes wrong in one turn goes wrong in each. */
static VOID TakeTwice(PNODE Node)
{
    ExAcquireResourceExclusiveLite(Node->Lock, TRUE);
    ExAcquireResourceExclusiveLite(Node->Lock, TRUE); //~ ExclusiveResourceAccess
    ExReleaseResourceLite(Node->Lock);
}

VOID VisitTwice(PTREE Tree)
{
    PNODE node = NULL;

    while ((node = Below(node, Tree->Root)) != NULL) {
        TakeTwice(node);
    }
}
