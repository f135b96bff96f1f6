#include <toy.h>

void Drain(QUEUE *Queue, int Late)
{
    TakeLock(&Queue->Lock);
    if (Late) {
        return;
    }
    DropLock(&Queue->Lock);
}
