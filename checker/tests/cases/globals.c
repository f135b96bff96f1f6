// rules: kmdf/CtlDeviceFinishInitDeviceAdd
// The handle of a device that has been created is not `NULL`, also where a global variable holds it.

#include <ntddk.h>
#include <wdf.h>

WDFDEVICE Control;
extern EVT_WDF_DRIVER_DEVICE_ADD Add;
extern EVT_WDF_DRIVER_DEVICE_ADD Add_bad;

NTSTATUS Add(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    NTSTATUS status;
    PWDFDEVICE_INIT init;
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\One");

    UNREFERENCED_PARAMETER(DeviceInit);
    init = WdfControlDeviceInitAllocate(Driver, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    if (init == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &Control);
    if (!NT_SUCCESS(status)) goto Error;
    status = WdfDeviceCreateSymbolicLink(Control, &link);
    if (!NT_SUCCESS(status)) goto Error;
    WdfControlFinishInitializing(Control);
    return STATUS_SUCCESS;
Error:
    if (init != NULL) {
        WdfDeviceInitFree(init);
    }
    if (Control != NULL) {
        WdfObjectDelete(Control);
        Control = NULL;
    }
    return status;
}

NTSTATUS Add_bad(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit)
{
    NTSTATUS status;
    PWDFDEVICE_INIT init;
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\One");

    UNREFERENCED_PARAMETER(DeviceInit);
    init = WdfControlDeviceInitAllocate(Driver, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL);
    if (init == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &Control);
    if (!NT_SUCCESS(status)) {
        WdfDeviceInitFree(init);
        return status;
    }
    status = WdfDeviceCreateSymbolicLink(Control, &link);
    if (!NT_SUCCESS(status)) {
        return status; //~ CtlDeviceFinishInitDeviceAdd
    }
    WdfControlFinishInitializing(Control);
    return STATUS_SUCCESS;
}
