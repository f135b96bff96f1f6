DRIVER_DISPATCH Read, Write;
static EVT_WDF_TIMER EvtTimer;
KSPIN_LOCK GlobalLock;
extern int Variable;
NTSTATUS Plain(IRP* Irp, int);
const FLT_OPERATION_REGISTRATION Callbacks[] = {
    { IRP_MJ_CREATE, 0, PreCreate, NULL },
    { IRP_MJ_READ, 0, NULL, &PostRead },
    { IRP_MJ_OPERATION_END }
};
FLT_REGISTRATION Registration = { .Size = sizeof(FLT_REGISTRATION), .OperationRegistration = Callbacks, .Unload = Unload };
void (*Pointer)(int) = Handler;
void Static(void) {
    static const TABLE Inner = { .Fn = Local };
    Register(&Inner);
}
DECLSPEC_NORETURN VOID Raise(int status);
ULONG Level;
__declspec(noreturn) static void Give_Up(void) { for (;;) { } }
int Globals(int a) {
    if (a == PowerDeviceD0 || a == Level) return Level;
    Level = KernelMode;
    if (a) Raise(a);
    if (Level) Give_Up();
    return g_Count + IoPooled;
}
NDIS_FILTER_DRIVER_CHARACTERISTICS Shared;
struct HOLDER { NDIS_MINIPORT_DRIVER_CHARACTERISTICS Chars; };
void Registered(void);
void Stores(struct HOLDER *holder, PNDIS_FILTER_DRIVER_CHARACTERISTICS given) {
    FWPS_CALLOUT1 placed = { key, 0, Classify, NULL };
    Shared.PauseHandler = Registered;
    holder->Chars.PauseHandler = &Registered;
    given[1].PauseHandler = Registered;
}
