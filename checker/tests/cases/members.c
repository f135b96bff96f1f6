// rules: storport/PagedCode
// A member of a name that several systems use is what the type of its structure says, where that is known.

#include <ntddk.h>

/* The display's: called at a low level. */
static BOOLEAN ShowInitialize(PVOID Extension)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(Extension);
    return TRUE;
}

static BOOLEAN ShowInitializeAgain(PVOID Extension)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(Extension);
    return TRUE;
}

static BOOLEAN ShowStart(PVOID Extension)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(Extension);
    return TRUE;
}

/* The disk's. */
static BOOLEAN DiskInitialize(PVOID Extension)
{
    PAGED_CODE(); //~ PagedCode
    UNREFERENCED_PARAMETER(Extension);
    return TRUE;
}

static BOOLEAN DiskInitializeAgain(PVOID Extension)
{
    PAGED_CODE(); //~ PagedCode
    UNREFERENCED_PARAMETER(Extension);
    return TRUE;
}

static BOOLEAN DiskInitializeStatic(PVOID Extension)
{
    PAGED_CODE(); //~ PagedCode
    UNREFERENCED_PARAMETER(Extension);
    return TRUE;
}

/* What nobody says is taken for what it mostly is. */
static BOOLEAN AnyInitialize(PVOID Extension)
{
    PAGED_CODE(); //~ PagedCode
    UNREFERENCED_PARAMETER(Extension);
    return TRUE;
}

static HW_INITIALIZATION_DATA Disk = {.HwInitialize = DiskInitializeStatic};
static VIDEO_HW_INITIALIZATION_DATA Show = {.HwInitialize = ShowInitializeAgain};

ULONG ShowRegister(PVOID Context1, PVOID Context2)
{
    VIDEO_HW_INITIALIZATION_DATA data;
    struct _VIDEO_HW_INITIALIZATION_DATA *other = &Show;

    data.HwInitialize = ShowInitialize;
    other->HwInitialize = ShowStart;
    return VideoPortInitialize(Context1, Context2, &data, NULL);
}

ULONG DiskRegister(PVOID Context1, PVOID Context2, PHW_INITIALIZATION_DATA Other)
{
    HW_INITIALIZATION_DATA data;

    data.HwInitialize = DiskInitialize;
    Other->HwInitialize = DiskInitializeAgain;
    return StorPortInitialize(Context1, Context2, &data, NULL) + StorPortInitialize(Context1, Context2, &Disk, NULL);
}

VOID AnyRegister(VOID)
{
    AnyData()->HwInitialize = AnyInitialize;
}
