/* Driver code as drivers write it: it must compile against the generated headers. */
#include <ntddk.h>
#include <ks.h>
NTSTATUS Process(PKSPIN Pin);
NTSTATUS Process(PKSPIN Pin)
{
    PKSSTREAM_POINTER pointer = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    if (pointer == NULL) { return STATUS_PENDING; }
    KsStreamPointerUnlock(pointer, TRUE);
    KsFilterAcquireProcessingMutex(KsPinGetParentFilter(Pin));
    KsFilterReleaseProcessingMutex(KsPinGetParentFilter(Pin));
    return STATUS_SUCCESS;
}
