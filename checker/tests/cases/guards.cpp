// rules: wdm/ZwRegistryOpen
// Objects that run a lambda when they go: the word that tells them stands in the name of the class.

#include <ntddk.h>

class AtEnd_FINALLY {
    template <typename T> class Plain {
        T op;

    public:
        Plain(T Op) : op(Op) {}
        ~Plain() { op(); }
    };
    template <typename T> class Perhaps {
        T op;
        bool off;

    public:
        Perhaps(T Op, bool Off) : op(Op), off(Off) {}
        ~Perhaps() { if (!off) op(); }
        void DoNot(bool Off = true) { off = Off; }
        void DoNow() { DoNot(); op(); }
    };

public:
    template <typename T> static Plain<T> Do(T Op) { return Plain<T>(Op); }
    template <typename T> static Perhaps<T> DoUnless(T Op, bool Off = false) { return Perhaps<T>(Op, Off); }
};

extern "C" NTSTATUS Closed(OBJECT_ATTRIBUTES *Attributes, ULONG *Value)
{
    HANDLE key;
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, Attributes);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    auto closeKey = AtEnd_FINALLY::Do([&] { ZwClose(key); });
    return *Value != 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

extern "C" NTSTATUS Counted(OBJECT_ATTRIBUTES *Attributes, ULONG *Value)
{
    HANDLE key;
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, Attributes);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    auto count = AtEnd_FINALLY::Do([&] { (*Value)++; });
    return *Value != 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; //~ ZwRegistryOpen
}

extern "C" NTSTATUS ClosedHere(OBJECT_ATTRIBUTES *Attributes, ULONG *Value)
{
    HANDLE key;
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, Attributes);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    auto closeKey = AtEnd_FINALLY::DoUnless([&] { ZwClose(key); });
    if (*Value != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    closeKey.DoNow();
    return STATUS_SUCCESS;
}

extern "C" NTSTATUS NotClosed(OBJECT_ATTRIBUTES *Attributes, ULONG *Value)
{
    HANDLE key;
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, Attributes);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    auto closeKey = AtEnd_FINALLY::DoUnless([&] { ZwClose(key); });
    if (*Value != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    closeKey.DoNot();
    return STATUS_SUCCESS; //~ ZwRegistryOpen
}

extern "C" NTSTATUS ClosedAfterAll(OBJECT_ATTRIBUTES *Attributes)
{
    HANDLE key;
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, Attributes);
    auto closeKey = AtEnd_FINALLY::DoUnless([&] { ZwClose(key); }, true);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    closeKey.DoNot(false);
    return STATUS_SUCCESS;
}

extern "C" NTSTATUS NeverClosed(OBJECT_ATTRIBUTES *Attributes)
{
    HANDLE key;
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, Attributes);
    auto closeKey = AtEnd_FINALLY::DoUnless([&] { ZwClose(key); }, true);

    return status; //~ ZwRegistryOpen
}
