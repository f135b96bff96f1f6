// rules: wdm/IrqlReturn kmdf/UsbDeviceCreate
// C++: classes inside functions, callbacks that a class declares by their type, forms that grammars stumble at.

#include <ntddk.h>
#include <wdf.h>

class Target {
public:
    static EVT_WDF_IO_TARGET_REMOVE_COMPLETE Removed;
};

void Target::Removed(WDFIOTARGET IoTarget)
{
    WDFUSBDEVICE usb;

    WdfUsbTargetDeviceCreate(WdfIoTargetGetDevice(IoTarget), NULL, &usb); //~ UsbDeviceCreate
}

void GuardInside(PKSPIN_LOCK Lock, bool Early)
{
    KIRQL irql;
    struct RELEASE {
        PKSPIN_LOCK Lock;
        PKIRQL Irql;

        _Releases_lock_(this->Lock)
        ~RELEASE ()
        {
            KeReleaseSpinLock(this->Lock, *this->Irql);
        }
    };
    enum : ULONG { FIRST = 1, SECOND = 2 };

    KeAcquireSpinLock(Lock, &irql);
    RELEASE release = {Lock, &irql};
    if (Early) {
        return;
    }
    DbgPrint("%lu\n", ULONG(SECOND));
}

void FieldByMacro(PNET_BUFFER_LIST List, PKSPIN_LOCK Lock)
{
    KIRQL irql;

    KeAcquireSpinLock(Lock, &irql);
    NET_BUFFER_LIST_SEGMENTS(List) = 0;
    KeReleaseSpinLock(Lock, irql);
}
