#include <toy.h>

void Drain(QUEUE *Queue, int Late)
{
    TakeLock(&Queue->Lock);
    if (Late) {
        return; // rulebook: allow(toy/Balanced) the caller drops the lock of a late queue
    }
    DropLock(&Queue->Lock);
}
