// rules: wdm/IrqlKeSetEvent
// Arguments that a call leaves out are those that the declaration has for them.

#include <ntddk.h>

class Event {
public:
    bool Set(KPRIORITY Increment = IO_NO_INCREMENT, bool Wait = false)
    {
        return KeSetEvent(&m_Event, Increment, Wait ? TRUE : FALSE) != 0; //~ IrqlKeSetEvent
    }

    bool Signal(bool Wait = false, KPRIORITY Increment = IO_NO_INCREMENT);

private:
    KEVENT m_Event;
};

bool Event::Signal(bool Wait, KPRIORITY Increment)
{
    return KeSetEvent(&m_Event, Increment, Wait ? TRUE : FALSE) != 0;
}

static void Raise(PKEVENT Event, BOOLEAN Wait = FALSE);

KDEFERRED_ROUTINE LeavesOut;
KDEFERRED_ROUTINE Gives;

VOID LeavesOut(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    Event *event = (Event *)Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument2);
    event->Set(2);
    event->Signal();
    event->Signal(false);
    Raise((PKEVENT)Argument1);
}

VOID Gives(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    Event *event = (Event *)Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    event->Set(2, true);
}

static void Raise(PKEVENT Event, BOOLEAN Wait)
{
    KeSetEvent(Event, 0, Wait);
}
