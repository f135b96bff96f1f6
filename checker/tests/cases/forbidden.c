// rules: wdm/UnSafeAllocatePool
// A call that breaks its rule whoever makes it is reported where it stands, once, however many there are and whether or
// not anybody calls the function.

#include <ntddk.h>

static DRIVER_DISPATCH Create;

static PVOID
Allocate(_In_ SIZE_T Size)
{
    return ExAllocatePoolWithTag(NonPagedPoolNx, Size, 'lluB'); //~ UnSafeAllocatePool
}

static PVOID
NobodyCalls(_In_ SIZE_T Size)
{
    return ExAllocatePoolWithTag(NonPagedPoolNx, Size, 'lluB'); //~ UnSafeAllocatePool
}

NTSTATUS
Create(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PVOID *slots = DeviceObject->DeviceExtension;

    slots[0] = Allocate(8);
    slots[1] = Allocate(8);
    slots[2] = ExAllocatePoolWithTag(NonPagedPoolNx, 2, 'lluB'); //~ UnSafeAllocatePool
    slots[3] = ExAllocatePoolWithTag(NonPagedPoolNx, 3, 'lluB'); //~ UnSafeAllocatePool
    slots[4] = ExAllocatePoolWithTag(NonPagedPoolNx, 4, 'lluB'); //~ UnSafeAllocatePool
    slots[5] = ExAllocatePoolWithTag(NonPagedPoolNx, 5, 'lluB'); //~ UnSafeAllocatePool
    slots[6] = ExAllocatePoolWithTag(NonPagedPoolNx, 6, 'lluB'); //~ UnSafeAllocatePool
    slots[7] = ExAllocatePoolWithTag(NonPagedPoolNx, 7, 'lluB'); //~ UnSafeAllocatePool
    slots[8] = ExAllocatePoolWithTag(NonPagedPoolNx, 8, 'lluB'); //~ UnSafeAllocatePool
    slots[9] = ExAllocatePoolWithTag(NonPagedPoolNx, 9, 'lluB'); //~ UnSafeAllocatePool
    slots[10] = ExAllocatePoolWithTag(NonPagedPoolNx, 10, 'lluB'); //~ UnSafeAllocatePool
    slots[11] = ExAllocatePoolWithTag(NonPagedPoolNx, 11, 'lluB'); //~ UnSafeAllocatePool
    slots[12] = ExAllocatePoolWithTag(NonPagedPoolNx, 12, 'lluB'); //~ UnSafeAllocatePool
    slots[13] = ExAllocatePoolWithTag(NonPagedPoolNx, 13, 'lluB'); //~ UnSafeAllocatePool
    slots[14] = ExAllocatePoolWithTag(NonPagedPoolNx, 14, 'lluB'); //~ UnSafeAllocatePool
    slots[15] = ExAllocatePoolWithTag(NonPagedPoolNx, 15, 'lluB'); //~ UnSafeAllocatePool
    slots[16] = ExAllocatePoolWithTag(NonPagedPoolNx, 16, 'lluB'); //~ UnSafeAllocatePool
    slots[17] = ExAllocatePoolWithTag(NonPagedPoolNx, 17, 'lluB'); //~ UnSafeAllocatePool
    slots[18] = ExAllocatePoolWithTag(NonPagedPoolNx, 18, 'lluB'); //~ UnSafeAllocatePool
    slots[19] = ExAllocatePoolWithTag(NonPagedPoolNx, 19, 'lluB'); //~ UnSafeAllocatePool
    slots[20] = ExAllocatePoolWithTag(NonPagedPoolNx, 20, 'lluB'); //~ UnSafeAllocatePool
    slots[21] = ExAllocatePoolWithTag(NonPagedPoolNx, 21, 'lluB'); //~ UnSafeAllocatePool
    slots[22] = ExAllocatePoolWithTag(NonPagedPoolNx, 22, 'lluB'); //~ UnSafeAllocatePool
    slots[23] = ExAllocatePoolWithTag(NonPagedPoolNx, 23, 'lluB'); //~ UnSafeAllocatePool
    slots[24] = ExAllocatePoolWithTag(NonPagedPoolNx, 24, 'lluB'); //~ UnSafeAllocatePool
    slots[25] = ExAllocatePoolWithTag(NonPagedPoolNx, 25, 'lluB'); //~ UnSafeAllocatePool
    slots[26] = ExAllocatePoolWithTag(NonPagedPoolNx, 26, 'lluB'); //~ UnSafeAllocatePool
    slots[27] = ExAllocatePoolWithTag(NonPagedPoolNx, 27, 'lluB'); //~ UnSafeAllocatePool
    slots[28] = ExAllocatePoolWithTag(NonPagedPoolNx, 28, 'lluB'); //~ UnSafeAllocatePool
    slots[29] = ExAllocatePoolWithTag(NonPagedPoolNx, 29, 'lluB'); //~ UnSafeAllocatePool
    slots[30] = ExAllocatePoolWithTag(NonPagedPoolNx, 30, 'lluB'); //~ UnSafeAllocatePool
    slots[31] = ExAllocatePoolWithTag(NonPagedPoolNx, 31, 'lluB'); //~ UnSafeAllocatePool
    slots[32] = ExAllocatePoolWithTag(NonPagedPoolNx, 32, 'lluB'); //~ UnSafeAllocatePool
    slots[33] = ExAllocatePoolWithTag(NonPagedPoolNx, 33, 'lluB'); //~ UnSafeAllocatePool
    slots[34] = ExAllocatePoolWithTag(NonPagedPoolNx, 34, 'lluB'); //~ UnSafeAllocatePool
    slots[35] = ExAllocatePoolWithTag(NonPagedPoolNx, 35, 'lluB'); //~ UnSafeAllocatePool
    slots[36] = ExAllocatePoolWithTag(NonPagedPoolNx, 36, 'lluB'); //~ UnSafeAllocatePool
    slots[37] = ExAllocatePoolWithTag(NonPagedPoolNx, 37, 'lluB'); //~ UnSafeAllocatePool
    slots[38] = ExAllocatePoolWithTag(NonPagedPoolNx, 38, 'lluB'); //~ UnSafeAllocatePool
    slots[39] = ExAllocatePoolWithTag(NonPagedPoolNx, 39, 'lluB'); //~ UnSafeAllocatePool
    slots[40] = ExAllocatePoolWithTag(NonPagedPoolNx, 40, 'lluB'); //~ UnSafeAllocatePool
    slots[41] = ExAllocatePoolWithTag(NonPagedPoolNx, 41, 'lluB'); //~ UnSafeAllocatePool
    slots[42] = ExAllocatePoolWithTag(NonPagedPoolNx, 42, 'lluB'); //~ UnSafeAllocatePool
    slots[43] = ExAllocatePoolWithTag(NonPagedPoolNx, 43, 'lluB'); //~ UnSafeAllocatePool
    slots[44] = ExAllocatePoolWithTag(NonPagedPoolNx, 44, 'lluB'); //~ UnSafeAllocatePool
    slots[45] = ExAllocatePoolWithTag(NonPagedPoolNx, 45, 'lluB'); //~ UnSafeAllocatePool
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}
