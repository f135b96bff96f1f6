// rules: ndis/NdisFDeregisterFilterDriver
// A routine that asks whether there is something to give back, and finds that there is not, owes nothing.

#include <ndis.h>

typedef struct _GLOBALS {
    NDIS_HANDLE Handle;
    NDIS_HANDLE Other;
    BOOLEAN Quiet;
} GLOBALS;

static GLOBALS Globals;
static FILTER_ATTACH Attach;
DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static DRIVER_UNLOAD UnloadOther;
static DRIVER_UNLOAD UnloadQuietly;
static DRIVER_UNLOAD UnloadAtOnce;

static NTSTATUS Start(PDRIVER_OBJECT DriverObject)
{
    NDIS_FILTER_DRIVER_CHARACTERISTICS chars;

    NdisZeroMemory(&chars, sizeof(chars));
    chars.AttachHandler = Attach;
    return NdisFRegisterFilterDriver(DriverObject, (NDIS_HANDLE)DriverObject, &chars, &Globals.Handle);
}

static VOID Stop(VOID)
{
    if (Globals.Handle != NULL) {
        NdisFDeregisterFilterDriver(Globals.Handle);
        Globals.Handle = NULL;
    }
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    Stop();
}

/* Another variable says nothing of the handle. */
static VOID UnloadOther(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    if (Globals.Other != NULL) {
        NdisFDeregisterFilterDriver(Globals.Handle);
    }
} //~ NdisFDeregisterFilterDriver

/* On another way nobody asks. */
static VOID UnloadQuietly(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    if (!Globals.Quiet) {
        Stop();
    }
} //~ NdisFDeregisterFilterDriver

/* There is one, and it is kept. */
static VOID UnloadAtOnce(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    if (Globals.Handle == NULL) {
        NdisFDeregisterFilterDriver(Globals.Handle);
    }
} //~ NdisFDeregisterFilterDriver

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    status = Start(DriverObject);
    if (!NT_SUCCESS(status)) {
        Stop();
    }
    DriverObject->DriverUnload = Unload;
    return status;
}
