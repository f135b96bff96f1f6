// Numbers of 32 bits that are cast to signed types, as headers write failing statuses.
#define STATUS_NOT_HERE ((NTSTATUS)0xC0000225L)
#define STATUS_OWN (NTSTATUS)(0xE0000001)

NTSTATUS Casts(int Which)
{
    if (Which == 1) {
        return STATUS_NOT_HERE;
    }
    if (Which == 2) {
        return STATUS_OWN;
    }
    if (Which == 3) {
        return (int)0x80000000;
    }
    return (NTSTATUS)0x103;
}

ULONG Plain(void)
{
    return (ULONG)0xC0000225;
}
