// rules: wdm/SpinLock
// C++: members that are references, lambdas that use what is around them, macros that open what others close.

#include <ntddk.h>

#define ENTER(lock) { KIRQL enterIrql; KeAcquireSpinLock(lock, &enterIrql); {
#define LEAVE(lock) goto done; done:; } KeReleaseSpinLock(lock, enterIrql); }
#define CHECK_EQ(a, op, b) if (!((a) op (b))) { KeBugCheck(1); }

class Locked {
public:
    Locked(KSPIN_LOCK &Lock) : m_Lock(Lock) { KeAcquireSpinLock(&m_Lock, &m_Irql); } //~ SpinLock
    ~Locked() { KeReleaseSpinLock(&m_Lock, m_Irql); }

private:
    KSPIN_LOCK &m_Lock;
    KIRQL m_Irql;
};

class Ring {
public:
    void Reuse();
    void Drain();
    ULONG Count(KSPIN_LOCK *Other);
    ULONG Enter();
    ULONG Peek();

private:
    KSPIN_LOCK m_Lock;
    ULONG m_Count;
    LIST_ENTRY m_Items;
};

template <typename F> ULONG Each(LIST_ENTRY *List, F Visit);

void Ring::Reuse()
{
    Locked locked(m_Lock);
    m_Count++;
}

void Ring::Drain()
{
    Locked locked(m_Lock);
    Reuse();
}

ULONG Ring::Count(KSPIN_LOCK *Other)
{
    KIRQL irql;
    ULONG count = 0;

    Each(&m_Items, [&count](LIST_ENTRY *Item) { count += Item->Flink != nullptr; });
    KeAcquireSpinLock(Other, &irql);
    CHECK_EQ(count, <, 10);
    if (count == 0) {
        return count; //~ SpinLock
    }
    KeReleaseSpinLock(Other, irql);
    return count;
}

ULONG Ring::Enter()
{
    ENTER(&m_Lock);
    if (m_Count == 0) {
        goto done;
    }
    m_Count--;
    LEAVE(&m_Lock);
    return m_Count;
}

ULONG Ring::Peek()
{
    ENTER(&m_Lock);
    if (m_Count == 0) {
        goto done;
    }
    if (m_Count > 8) {
        return 0; //~ SpinLock
    }
    LEAVE(&m_Lock);
    return 0;
}

extern "C" NTSTATUS RingStart(Ring *TheRing)
{
    TheRing->Drain();
    return STATUS_SUCCESS;
}
