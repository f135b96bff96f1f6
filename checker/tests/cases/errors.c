// rules: wdm/CriticalRegions
// A pointer that is an error number: where it is near the end of all addresses it is not zero.

#include <ntddk.h>

#define IS_ERR_VALUE(x) ((x) > (ULONG_PTR)-1000L)
#define MAX_ERRNO 4095
#define IS_ERROR(x) (MAX_ERRNO > 0 && (unsigned long long)(x) >= (unsigned long long)-MAX_ERRNO)

char *ReadName(void);

static __inline LONG_PTR PTR_ERR(const void *Pointer) { return (LONG_PTR)Pointer; }
static __inline LONG_PTR IS_ERR(const void *Pointer) { return IS_ERR_VALUE((ULONG_PTR)Pointer); }

static int Start(ULONG *Id)
{
    char *name;

    KeEnterCriticalRegion();
    name = ReadName();
    if (IS_ERR(name)) {
        KeLeaveCriticalRegion();
        return (int)PTR_ERR(name);
    }
    *Id = (ULONG)name[0];
    return 0;
}

NTSTATUS Started(void)
{
    ULONG id;
    int error = Start(&id);

    if (error) {
        return STATUS_UNSUCCESSFUL;
    }
    KeLeaveCriticalRegion();
    return STATUS_SUCCESS;
}

static int StartOrNot(ULONG *Id)
{
    char *name;

    KeEnterCriticalRegion();
    name = ReadName();
    if (IS_ERR(name)) {
        KeLeaveCriticalRegion();
        return 0;
    }
    *Id = (ULONG)name[0];
    return 0; //~ CriticalRegions
}

NTSTATUS StartedOrNot(void)
{
    ULONG id;
    int error = StartOrNot(&id);

    if (error) {
        return STATUS_UNSUCCESSFUL;
    }
    KeLeaveCriticalRegion(); //~ CriticalRegions
    return STATUS_SUCCESS;
}

NTSTATUS Named(void)
{
    char *name;

    KeEnterCriticalRegion();
    name = ReadName();
    if (!IS_ERROR(name)) {
        KeLeaveCriticalRegion();
    } else if (name != NULL) {
        KeLeaveCriticalRegion();
    }
    return STATUS_SUCCESS;
}

NTSTATUS NamedBelow(void)
{
    char *name;

    KeEnterCriticalRegion();
    name = ReadName();
    if ((ULONG_PTR)name < (ULONG_PTR)-MAX_ERRNO) {
        KeLeaveCriticalRegion();
    } else if (name != NULL) {
        KeLeaveCriticalRegion();
    }
    return STATUS_SUCCESS;
}

NTSTATUS NamedOrNot(void)
{
    char *name;

    KeEnterCriticalRegion();
    name = ReadName();
    if (IS_ERROR(name)) {
        KeLeaveCriticalRegion();
    }
    if ((LONG_PTR)name < -MAX_ERRNO) {
        KeLeaveCriticalRegion();
    }
    return STATUS_SUCCESS; //~ CriticalRegions
}
