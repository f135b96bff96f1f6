#include <toy.h>

void Fill(QUEUE *Queue)
{
    TakeLock(&Queue->Lock);
    Queue->Depth += 1;
    DropLock(&Queue->Lock);
}
