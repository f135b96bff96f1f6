// rules: wdm/ZwRegistryOpen ndis/SpinLock
// Whose an object is: given to others by a helper, one of many in an array, made anew under the name of another.

#include <ndis.h>

#define KEYS 4

typedef struct _FILE_STATE {
    NDIS_SPIN_LOCK Lock;
} FILE_STATE, *PFILE_STATE;

typedef struct _EXTENSION {
    NDIS_SPIN_LOCK Lock;
    PFILE_STATE *Files;
    ULONG Count;
    OBJECT_ATTRIBUTES Attributes;
} EXTENSION, *PEXTENSION;

static HANDLE Parameters;

DRIVER_INITIALIZE DriverEntry;
DRIVER_DISPATCH LockAll;
DRIVER_DISPATCH LockAllKeepFirst;
IO_WORKITEM_ROUTINE OpenAll;
IO_WORKITEM_ROUTINE Reopen;
IO_WORKITEM_ROUTINE ReopenAfterClose;
IO_WORKITEM_ROUTINE ReopenNulled;
IO_WORKITEM_ROUTINE CloseIfThere;
IO_WORKITEM_ROUTINE OpenOver;
IO_WORKITEM_ROUTINE CloseUnlessNone;

static VOID Keep(HANDLE Key)
{
    Parameters = Key;
}

static ULONG Look(HANDLE Key)
{
    return Key == NULL ? 0 : 1;
}

static NTSTATUS Open(PEXTENSION Extension, HANDLE *Key)
{
    return ZwOpenKey(Key, KEY_READ, &Extension->Attributes); //~ ZwRegistryOpen
}

static NTSTATUS OpenOnce(PEXTENSION Extension, HANDLE *Key)
{
    return ZwOpenKey(Key, KEY_READ, &Extension->Attributes);
}

/* A helper keeps the handle. */
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    OBJECT_ATTRIBUTES attributes;
    HANDLE key;

    UNREFERENCED_PARAMETER(DriverObject);
    InitializeObjectAttributes(&attributes, RegistryPath, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (!NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
        return STATUS_UNSUCCESSFUL;
    }
    Keep(key);
    if (!NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
        return STATUS_UNSUCCESSFUL;
    }
    Look(key);
    return STATUS_SUCCESS; //~ ZwRegistryOpen
}

/* One loop takes the locks of an array, another gives them back. */
NTSTATUS LockAll(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    ULONG i;

    UNREFERENCED_PARAMETER(Irp);
    for (i = 0; i < extension->Count; i++) {
        NdisAcquireSpinLock(&extension->Files[i]->Lock);
    }
    for (i = 0; i < extension->Count; i++) {
        NdisReleaseSpinLock(&extension->Files[i]->Lock);
    }
    return STATUS_SUCCESS;
}

/* What is taken outside of the loops is not what they give back. */
NTSTATUS LockAllKeepFirst(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    ULONG i;

    UNREFERENCED_PARAMETER(Irp);
    NdisAcquireSpinLock(&extension->Lock);
    for (i = 0; i < extension->Count; i++) {
        NdisAcquireSpinLock(&extension->Files[i]->Lock);
    }
    for (i = 0; i < extension->Count; i++) {
        NdisReleaseSpinLock(&extension->Files[i]->Lock);
    }
    return STATUS_SUCCESS; //~ SpinLock
}

VOID OpenAll(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    HANDLE keys[KEYS];
    ULONG count;

    UNREFERENCED_PARAMETER(Context);
    for (count = 0; count < KEYS; count++) {
        if (!NT_SUCCESS(ZwOpenKey(&keys[count], KEY_READ, &extension->Attributes))) {
            break;
        }
    }
    while (count > 0) {
        count -= 1;
        ZwClose(keys[count]);
    }
}

/* Who does not look at the result of a call counts on its success. */
VOID Reopen(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    HANDLE key;

    UNREFERENCED_PARAMETER(Context);
    if (!NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &extension->Attributes))) {
        return;
    }
    ZwClose(key);
    ZwOpenKey(&key, KEY_READ, &extension->Attributes);
    ZwClose(key);
}

/* Where the second key cannot be opened, the variable still names the first, which is closed. */
VOID ReopenAfterClose(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    NTSTATUS status;
    HANDLE key;

    UNREFERENCED_PARAMETER(Context);
    if (!NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &extension->Attributes))) {
        return;
    }
    ZwClose(key);
    status = ZwOpenKey(&key, KEY_WRITE, &extension->Attributes);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
        ZwFlushKey(key); //~ ZwRegistryOpen
    }
    if (NT_SUCCESS(status)) {
        ZwClose(key);
    }
}

/* The same with a variable that says that there is no key. */
VOID ReopenNulled(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    HANDLE key = NULL;
    ULONG i;

    UNREFERENCED_PARAMETER(Context);
    for (i = 0; i < extension->Count; i++) {
        if (key != NULL) {
            ZwClose(key);
            key = NULL;
        }
        if (!NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &extension->Attributes))) {
            break;
        }
    }
    if (key != NULL) {
        ZwClose(key);
    }
}

/* What a helper has opened is there. */
VOID CloseIfThere(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    HANDLE key;

    UNREFERENCED_PARAMETER(Context);
    if (!NT_SUCCESS(OpenOnce(extension, &key))) {
        key = NULL;
    }
    if (key != NULL) {
        ZwClose(key);
    }
}

/* A helper opens a key into a variable that holds an open one. */
VOID OpenOver(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    HANDLE key;

    UNREFERENCED_PARAMETER(Context);
    if (!NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &extension->Attributes))) {
        return;
    }
    Open(extension, &key);
    ZwClose(key);
}

/* A handle that was opened is not the one that stands for none. */
VOID CloseUnlessNone(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION extension = DeviceObject->DeviceExtension;
    HANDLE first = (HANDLE)-1;
    HANDLE second = (HANDLE)-1;

    UNREFERENCED_PARAMETER(Context);
    if (!NT_SUCCESS(ZwOpenKey(&first, KEY_READ, &extension->Attributes))) {
        goto Done;
    }
    (VOID)ZwOpenKey(&second, KEY_READ, &extension->Attributes);
Done:
    if (first != (HANDLE)-1) {
        ZwClose(first);
    }
    if (second == (HANDLE)-1) {
        return;
    }
    ZwClose(second);
}
