IO_WORKITEM_ROUTINE W1;
IO_WORKITEM_ROUTINE W2;
IO_WORKITEM_ROUTINE W3;
VOID W1(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    KEVENT event, other; IO_STATUS_BLOCK iosb; PIRP irp;
    irp = IoBuildDeviceIoControlRequest(1, DeviceObject, NULL, 0, NULL, 0, TRUE, &event, &iosb);
    if (irp == NULL) return;
    if (IoCallDriver(DeviceObject, irp) == STATUS_PENDING)
        KeWaitForSingleObject(&other, Executive, KernelMode, FALSE, NULL);
}
VOID W2(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    KEVENT event, other; IO_STATUS_BLOCK iosb; PIRP irp;
    irp = IoBuildDeviceIoControlRequest(1, DeviceObject, NULL, 0, NULL, 0, TRUE, &event, &iosb);
    if (irp == NULL) return;
    if (IoCallDriver(DeviceObject, irp) == STATUS_PENDING)
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
}
VOID W3(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXT x = DeviceObject->DeviceExtension; IO_STATUS_BLOCK iosb; PIRP irp;
    irp = IoBuildDeviceIoControlRequest(1, DeviceObject, NULL, 0, NULL, 0, TRUE, &x->event, &iosb);
    if (irp == NULL) return;
    if (IoCallDriver(DeviceObject, irp) == STATUS_PENDING)
        KeWaitForSingleObject(&x->other, Executive, KernelMode, FALSE, NULL);
}
