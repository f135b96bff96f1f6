// rules: wdm/CriticalRegions
// Methods of objects whose class nothing tells: one method of a name is that method, of several it may be any.

#include <ntddk.h>

class Resource {
public:
    VOID LockShared() { KeEnterCriticalRegion(); }
    VOID Unlock() { KeLeaveCriticalRegion(); }
    VOID Stay() { KeEnterCriticalRegion(); }
    VOID Count() { }
};

class Mutex {
public:
    VOID Unlock() { ExReleaseFastMutex(&Guarded); }
    VOID Count() { }

private:
    FAST_MUTEX Guarded;
};

DRIVER_DISPATCH Create;
DRIVER_DISPATCH Close;

NTSTATUS
Create(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    auto& clients = Elsewhere::Clients(DeviceObject);

    clients.LockShared();
    clients.Unlock();
    return STATUS_SUCCESS;
}

NTSTATUS
Close(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    auto& clients = Elsewhere::Clients(DeviceObject);

    clients.Stay();
    clients.Count();
    return STATUS_SUCCESS; //~ CriticalRegions
}
