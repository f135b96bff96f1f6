/* Driver code as drivers write it: it must compile against the generated headers. */
#include <ndis.h>
typedef struct _ADAPTER { NDIS_SPIN_LOCK Lock; NDIS_HANDLE Handle; } ADAPTER, *PADAPTER;
MINIPORT_INITIALIZE Initialize;
MINIPORT_SEND_NET_BUFFER_LISTS Send;
NDIS_STATUS Initialize(NDIS_HANDLE Handle, NDIS_HANDLE Context, PNDIS_MINIPORT_INIT_PARAMETERS Parameters)
{
    UNREFERENCED_PARAMETER(Handle);
    UNREFERENCED_PARAMETER(Parameters);
    NdisAllocateSpinLock(&((PADAPTER)Context)->Lock);
    return NDIS_STATUS_SUCCESS;
}
VOID Send(NDIS_HANDLE Context, PNET_BUFFER_LIST Lists, NDIS_PORT_NUMBER Port, ULONG Flags)
{
    PADAPTER adapter = (PADAPTER)Context;
    UNREFERENCED_PARAMETER(Port);
    NdisAcquireSpinLock(&adapter->Lock);
    NdisReleaseSpinLock(&adapter->Lock);
    NET_BUFFER_LIST_STATUS(Lists) = NDIS_STATUS_SUCCESS;
    NdisMSendNetBufferListsComplete(adapter->Handle, Lists, Flags);
}
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS characteristics = { 0 };
    NDIS_HANDLE handle;
    characteristics.InitializeHandlerEx = Initialize;
    characteristics.SendNetBufferListsHandler = Send;
    return NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &characteristics, &handle);
}
