#include <toy.h>

/* rulebook: allow(toy/Balanced) */
void Take(QUEUE *Queue)
{
    TakeLock(&Queue->Lock);
    // rulebook: allow(toy/Balance) dropped in `Drop`
    DropLock(&Queue->Lock);
}

// rulebook: allow(toy/*) only `Take` takes it
void Drop(QUEUE *Queue)
{
    // rulebook: alow(toy/Balanced) dropped twice
    DropLock(&Queue->Lock);
}
