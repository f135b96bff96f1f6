// rules: wdm/ZwRegistryOpen
// A query that has room for nothing fails: what comes after its success is not gone.

#include <ntddk.h>

NTSTATUS NoRoom(HANDLE Parent, PKEY_BASIC_INFORMATION Info, OBJECT_ATTRIBUTES *Attributes, UNICODE_STRING *Name)
{
    HANDLE key;
    ULONG index = 0, needed = 0;
    NTSTATUS status;

    do {
        status = ZwEnumerateKey(Parent, index, KeyBasicInformation, NULL, 0, &needed);
        if (status == STATUS_BUFFER_TOO_SMALL) {
            status = ZwEnumerateKey(Parent, index, KeyBasicInformation, Info, needed, &needed);
            if (NT_SUCCESS(status)) {
                status = ZwOpenKey(&key, KEY_READ, Attributes);
            }
        }
        if (NT_SUCCESS(status)) {
            status = ZwQueryValueKey(key, Name, KeyValuePartialInformation, Info, needed, &needed);
            ZwClose(key);
        }
        ++index;
    } while (NT_SUCCESS(status));
    return status;
}

NTSTATUS SomeRoom(HANDLE Parent, PKEY_BASIC_INFORMATION Info, OBJECT_ATTRIBUTES *Attributes, UNICODE_STRING *Name)
{
    HANDLE key;
    ULONG index = 0, needed = 64;
    NTSTATUS status;

    do {
        status = ZwEnumerateKey(Parent, index, KeyBasicInformation, Info, 64, &needed);
        if (status == STATUS_BUFFER_TOO_SMALL) {
            status = ZwEnumerateKey(Parent, index, KeyBasicInformation, Info, needed, &needed);
            if (NT_SUCCESS(status)) {
                status = ZwOpenKey(&key, KEY_READ, Attributes);
            }
        }
        if (NT_SUCCESS(status)) {
            status = ZwQueryValueKey(key, Name, KeyValuePartialInformation, Info, needed, &needed); //~ ZwRegistryOpen
            ZwClose(key);
        }
        ++index;
    } while (NT_SUCCESS(status));
    return status;
}

// The length that the caller gives may be none.
NTSTATUS Asked(OBJECT_ATTRIBUTES *Attributes, UNICODE_STRING *Name, PVOID Info, ULONG Length)
{
    HANDLE key;
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, Attributes);
    ULONG needed;

    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = ZwQueryValueKey(key, Name, KeyValuePartialInformation, Info, Length, &needed);
    if (NT_SUCCESS(status)) {
        return status; //~ ZwRegistryOpen
    }
    ZwClose(key);
    return status;
}
