// rules: kmdf/DriverCreate
// Variables have their first values when DriverEntry begins; what it stores, or others may have stored, counts from then
// on.

#include <ntddk.h>
#include <wdf.h>

typedef struct _STATE {
    WDFDEVICE Device;
    WDFDEVICE Spare;
    ULONG Count;
} STATE;

static WDFDEVICE Control = NULL;
static WDFDEVICE Bare;
static WDFDEVICE Named;
static WDFDEVICE Early;
static WDFDEVICE Pointed;
static WDFDEVICE Seen;
static STATE Zero = {0};
static STATE Full = {(WDFDEVICE)1, NULL, 0};
static BOOLEAN Unset = TRUE;
extern WDFDEVICE Elsewhere;

static struct { WDFDEVICE *Place; } Slots[] = {{&Pointed}};

NTSTATUS StartTrace(VOID);
VOID FindDevice(WDFDEVICE *Device);
WDFDEVICE TakeDevice(VOID);

static VOID Uninitialize(VOID)
{
    if (Control != NULL) {
        WdfObjectDelete(Control);
        Control = NULL;
    }
    if (Bare != NULL) {
        WdfObjectDelete(Bare);
    }
    if (Zero.Device) {
        WdfObjectDelete(Zero.Device);
    }
    if (!Unset) {
        WdfObjectDelete(Elsewhere);
    }
    if (Full.Device != NULL) {
        WdfObjectDelete(Full.Device); //~ DriverCreate
    }
    if (Named != NULL) {
        WdfObjectDelete(Named); //~ DriverCreate
    }
    if (Early != NULL) {
        WdfObjectDelete(Early); //~ DriverCreate
    }
    if (Elsewhere != NULL) {
        WdfObjectDelete(Elsewhere); //~ DriverCreate
    }
    if (Pointed != NULL) {
        WdfObjectDelete(Pointed); //~ DriverCreate
    }
    if (Seen != NULL) {
        WdfObjectDelete(Seen); //~ DriverCreate
    }
    if (Zero.Spare) {
        WdfObjectDelete(Zero.Spare); //~ DriverCreate
    }
}

/* A callback may run as soon as it is known. */
static VOID Noticed(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Zero.Spare = TakeDevice();
}

VOID WhenNoticed(VOID (*Callback)(PVOID Context));

static VOID Store(VOID)
{
    Early = TakeDevice();
}

/* Unloading puts back what was there at first. */
static VOID Unloaded(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
    Uninitialize();
}

DRIVER_INITIALIZE DriverEntry;

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG config;
    NTSTATUS status;

    FindDevice(&Seen);
    WhenNoticed(Noticed);
    Named = TakeDevice();
    Store();
    status = StartTrace();
    if (!NT_SUCCESS(status)) {
        goto Exit;
    }
    WDF_DRIVER_CONFIG_INIT(&config, WDF_NO_EVENT_CALLBACK);
    config.EvtDriverUnload = Unloaded;
    status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
Exit:
    if (!NT_SUCCESS(status)) {
        Uninitialize();
    }
    return status;
}
