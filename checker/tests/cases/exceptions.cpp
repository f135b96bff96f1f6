// rules: wdm/SpinLock
// Words of structured exceptions behind macros, and destructors that are called by the name of their class.

#include <ntddk.h>

class Session {
public:
    ~Session();
    LIST_ENTRY Entry;
};

extern "C" NTSTATUS Probed(PMDL Mdl, PKSPIN_LOCK Lock, Session *Old)
{
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql;

    _SEH2_TRY {
        MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);
    } _SEH2_EXCEPT (EXCEPTION_EXECUTE_HANDLER) {
        status = GetExceptionCode();
    } _SEH2_END;
    KeAcquireSpinLock(Lock, &irql);
    Old->Session::~Session();
    if (!NT_SUCCESS(status)) {
        return status; //~ SpinLock
    }
    KeReleaseSpinLock(Lock, irql);
    return status;
}

extern "C" NTSTATUS Counted(PKSPIN_LOCK Lock, PULONG Value)
{
    KIRQL irql;

    KeAcquireSpinLock(Lock, &irql);
    _try {
        *Value += 1;
    } _except (EXCEPTION_EXECUTE_HANDLER) {
        KeReleaseSpinLock(Lock, irql);
        return STATUS_ACCESS_VIOLATION;
    }
    KeReleaseSpinLock(Lock, irql);
    return STATUS_SUCCESS;
}
