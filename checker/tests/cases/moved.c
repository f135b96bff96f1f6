// rules: wdm/ZwRegistryCreate wdm/ZwRegistryOpen
// What a call has opened is an object, not one that was there before, and lives on where it was moved to.

#include <ntifs.h>

#define NOTHING ((HANDLE)-1)

VOID Use(VOID);

IO_WORKITEM_ROUTINE Search;
IO_WORKITEM_ROUTINE SearchAndForget;

VOID Search(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    POBJECT_ATTRIBUTES names = Context;
    HANDLE map = NOTHING;
    HANDLE port = NOTHING;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DeviceObject);
    status = ZwOpenKey(&map, KEY_READ, &names[0]);
    if (!NT_SUCCESS(status)) {
        goto Cleanup;
    }
    status = ZwOpenKey(&port, KEY_READ, &names[1]);
Cleanup:
    if (map != NOTHING) {
        ZwClose(map);
    }
    if (port != NOTHING) {
        ZwClose(port);
    }
}

VOID SearchAndForget(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    POBJECT_ATTRIBUTES names = Context;
    HANDLE map = NOTHING;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (NT_SUCCESS(ZwOpenKey(&map, KEY_READ, &names[0])) && map == NOTHING) {
        ZwClose(map);
    }
} //~ ZwRegistryOpen

NTSTATUS Below(HANDLE Root, POBJECT_ATTRIBUTES One, POBJECT_ATTRIBUTES Two, PHANDLE Key)
{
    HANDLE parent = Root;
    HANDLE child = NULL;
    NTSTATUS status;

    status = ZwCreateKey(&child, KEY_READ, One, 0, NULL, 0, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    parent = child;
    status = ZwCreateKey(Key, KEY_READ, Two, 0, NULL, 0, NULL);
    if (parent != Root) {
        ZwClose(parent);
    }
    return status;
}

NTSTATUS Moved(POBJECT_ATTRIBUTES One, POBJECT_ATTRIBUTES Two)
{
    HANDLE parent;
    HANDLE child;
    NTSTATUS status;

    status = ZwCreateKey(&child, KEY_READ, One, 0, NULL, 0, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    parent = child;
    status = ZwCreateKey(&child, KEY_READ, Two, 0, NULL, 0, NULL);
    ZwClose(parent);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    ZwClose(child);
    return status;
}

/* Down a path, each key closed when the next is open. */
NTSTATUS MovedInALoop(HANDLE Root, POBJECT_ATTRIBUTES Names, ULONG Count, PHANDLE Key)
{
    HANDLE parent = Root;
    HANDLE child = NULL;
    NTSTATUS status;
    ULONG at;

    for (at = 0; at < Count; at++) {
        Names[at].RootDirectory = parent;
        status = ZwCreateKey(&child, KEY_READ, &Names[at], 0, NULL, 0, NULL);
        if (!NT_SUCCESS(status)) {
            goto Failed;
        }
        if (parent != Root) {
            ZwClose(parent);
        }
        parent = child;
    }
    *Key = child;
    return STATUS_SUCCESS;
Failed:
    if (parent != Root) {
        ZwClose(parent);
    }
    return status;
}

/* Nothing else holds the first key. */
NTSTATUS OpenedOver(POBJECT_ATTRIBUTES One, POBJECT_ATTRIBUTES Two)
{
    HANDLE parent = NULL;
    HANDLE child;
    NTSTATUS status;

    status = ZwCreateKey(&child, KEY_READ, One, 0, NULL, 0, NULL);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ZwCreateKey(&child, KEY_READ, Two, 0, NULL, 0, NULL); //~ ZwRegistryCreate
    if (parent != NULL) {
        ZwClose(parent);
    }
    if (NT_SUCCESS(status)) {
        ZwClose(child);
    }
    return status;
}
