_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_
NTSTATUS Declared(_In_ PX x, _Out_writes_bytes_(Length) PVOID Buffer, ULONG Length);

_Requires_lock_held_(x->Lock)
_When_(Wait != FALSE, _IRQL_requires_(PASSIVE_LEVEL) _Acquires_lock_(x->Lock))
_When_(return == 0, _When_(Wait, _Releases_lock_(*x->Other)))
VOID Defined(_Inout_ PX x, _In_ BOOLEAN Wait, _Out_ _IRQL_saves_ PKIRQL Irql)
{
    *Irql = 0;
}
_Function_class_(DRIVER_DISPATCH) static NTSTATUS After(IRP* Irp) { return Irp->Status; }
int Bare(int a[4], const char* const s, struct _Y* y, unsigned long z) { return a[1]; }
