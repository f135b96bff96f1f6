/* Driver code as drivers write it: it must compile against the generated headers. */
#include <portcls.h>
NTSTATUS Start(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST Resources);
NTSTATUS AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo);
NTSTATUS AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    return PcAddAdapterDevice(DriverObject, Pdo, Start, 4, 0);
}
