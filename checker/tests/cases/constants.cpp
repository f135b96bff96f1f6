// rules: wdm/SpinLock
// What is declared constant has its value wherever it is named.

#include <ntddk.h>

constexpr ULONG Free = 3;
static const ULONG Held = 4;
const ULONG Twice = 2 * Held;
static ULONG Changing = 4;

namespace limits { constexpr ULONG Most{5}; }

class Gate {
public:
    static constexpr ULONG Open = 1;
    static const ULONG Closed = 0;
    void Pass(ULONG How);

protected:
    KSPIN_LOCK m_Lock;
};

class Wide : public Gate {
public:
    void Pass(ULONG How);
};

void Gate::Pass(ULONG How)
{
    KIRQL irql;

    if (How == Open) KeAcquireSpinLock(&m_Lock, &irql);
    if (How == 1) KeReleaseSpinLock(&m_Lock, irql);
}

void Wide::Pass(ULONG How)
{
    KIRQL irql;

    if (How == Open) KeAcquireSpinLock(&m_Lock, &irql);
    if (How == 1) KeReleaseSpinLock(&m_Lock, irql);
}

void Named(ULONG How, KSPIN_LOCK *Lock)
{
    KIRQL irql;

    if (How == Gate::Open) KeAcquireSpinLock(Lock, &irql);
    if (How == 1) KeReleaseSpinLock(Lock, irql);
}

void OfFile(ULONG How, KSPIN_LOCK *Lock)
{
    KIRQL irql;

    switch (How) {
    case Free:
    case Twice:
    case limits::Most:
        KeAcquireSpinLock(Lock, &irql);
        break;
    default:
        return;
    }
    if (How == 3 || How == 8 || How == 5) KeReleaseSpinLock(Lock, irql);
}

void Variable(ULONG How, KSPIN_LOCK *Lock)
{
    KIRQL irql;

    if (How == Changing) KeAcquireSpinLock(Lock, &irql);
    if (How == 4) KeReleaseSpinLock(Lock, irql); //~ SpinLock
} //~ SpinLock

void Hidden(ULONG How, KSPIN_LOCK *Lock, ULONG Held)
{
    KIRQL irql;

    if (How == Held) KeAcquireSpinLock(Lock, &irql);
    if (How == 4) KeReleaseSpinLock(Lock, irql); //~ SpinLock
} //~ SpinLock
