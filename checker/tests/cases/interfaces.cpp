// rules: wdm/IrqlExApcLte1
// Methods that are called through a base class or a name of a pointer type, and callbacks that they are handed.

#include <ntddk.h>

typedef VOID (*PFN_EVENT)(PVOID Context);

FAST_MUTEX Mutex;

struct IShared {
    virtual VOID SetHandler(PFN_EVENT Handler) = 0;
    virtual VOID Signal() = 0;
};
typedef IShared *PSHARED;

class CShared : public IShared {
    PFN_EVENT m_Handler;
public:
    VOID SetHandler(PFN_EVENT Handler);
    VOID Signal();
};

class CClient {
    PSHARED m_Shared;
    static VOID Changed(PVOID Context);
    static VOID Never(PVOID Context);
public:
    VOID Start();
};
typedef CClient *PCClient;

VOID CShared::SetHandler(PFN_EVENT Handler)
{
    m_Handler = Handler;
}

VOID CShared::Signal()
{
    m_Handler(this);
}

VOID CClient::Start()
{
    m_Shared->SetHandler(Changed);
}

VOID CClient::Changed(PVOID Context)
{
    ExAcquireFastMutex(&Mutex); //~ IrqlExApcLte1
    ExReleaseFastMutex(&Mutex);
}

VOID CClient::Never(PVOID Context)
{
    ExAcquireFastMutex(&Mutex);
    ExReleaseFastMutex(&Mutex);
}

extern "C" KDEFERRED_ROUTINE Tick;
VOID Tick(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    PSHARED shared = (PSHARED)Context;
    shared->Signal();
}
