// rules: wdm/IrqlMmDispatch
// Functions of one name: a use means the one that is seen from where it stands.

#include <ntddk.h>

PVOID Shared;

bool ForEach(bool (*Visit)(void *Context), void *Context);

namespace left {

// Called by its neighbour alone, at PASSIVE_LEVEL.
static ULONG_PTR Work(ULONG_PTR Argument) { MmFreeContiguousMemory((PVOID)Argument); return Argument; }

static bool All()
{
    Work((ULONG_PTR)Shared);
    return ForEach([](void *Context) -> bool { MmFreeContiguousMemory(Context); return true; }, Shared);
}

}

namespace right {

static ULONG_PTR Work(ULONG_PTR Argument) { MmFreeContiguousMemory((PVOID)Argument); return Argument; } //~ IrqlMmDispatch

namespace inner {

static ULONG_PTR Work(ULONG_PTR Argument) { return Argument; }
void Send();

}

static bool All()
{
    KeIpiGenericCall(Work, 0);
    KeIpiGenericCall([](ULONG_PTR Argument) -> ULONG_PTR { return Argument; }, 0);
    return left::All();
}

}

// A qualified name puts the body into the namespace.
void right::inner::Send()
{
    KeIpiGenericCall(Work, 0);
}

namespace named {

static ULONG_PTR Flush(ULONG_PTR Argument) { MmFreeContiguousMemory((PVOID)Argument); return Argument; } //~ IrqlMmDispatch

}

static ULONG_PTR Flush(ULONG_PTR Argument) { MmFreeContiguousMemory((PVOID)Argument); return Argument; }

void Start()
{
    KeIpiGenericCall(named::Flush, 0);
    Flush(1);
}

class First {
public:
    static ULONG_PTR Stop(ULONG_PTR Argument);
    void Go() { Stop(0); }
};

class Second {
public:
    static ULONG_PTR Stop(ULONG_PTR Argument);
    void Go() { KeIpiGenericCall(Stop, 0); }
};

ULONG_PTR First::Stop(ULONG_PTR Argument) { MmFreeContiguousMemory((PVOID)Argument); return Argument; }
ULONG_PTR Second::Stop(ULONG_PTR Argument) { MmFreeContiguousMemory((PVOID)Argument); return Argument; } //~ IrqlMmDispatch

// Two overloads with a lambda each.
static void Over(int) { KeIpiGenericCall([](ULONG_PTR Argument) -> ULONG_PTR { return Argument; }, 0); }
static void Over(void *Context) { ForEach([](void *One) -> bool { MmFreeContiguousMemory(One); return true; }, Context); }

extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    Over(1);
    Over(Shared);
    return right::All() ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
