class Lock {
public:
    Lock(X* x) : m_x(x), m_count(0) { Acquire(&m_x->Spin); }
    ~Lock() { Release(&m_x->Spin); }
    void Kick(int n) { m_count += n; Helper(n); this->m_x->Fn(n); }
    void Helper(int n);
    static int Shared(int a) { return a; }
private:
    X* m_x;
    int m_count;
};
struct Holder : public Base {
    Lock m_lock;
    Lock* m_pointer;
    int m_values[4];
    virtual int Get();
};
void Lock::Helper(int n) { m_count = n; Kick(1); Shared(2); Lock::Shared(3); ::Outer(4); }
int Holder::Get() {
    Base::Get();
    m_lock.Kick(m_values[1]);
    m_pointer->Kick(2);
    return Inherited;
}
int Guarded(X* x, int a) {
    Lock guard(x);
    if (a) return x->Value;
    {
        Lock inner{x};
        for (int i = 0; i < a; i++) {
            Lock each = Lock(x);
            if (i == 3) break;
            if (i == 4) continue;
            if (i == 5) goto out;
        }
        Unknown p(x);
        ULONG value(5);
        Use(value);
    }
out:
    return 1;
}
void References(int& out, const X& in, X value) {
    X& alias = value;
    out = in.Field;
    alias.Field = out;
    References(out, alias, value);
    References(value.Count, in, alias);
}
template <class T> T* Allocate(int size) {
    T* object = new (NonPaged, 'tag') T(size);
    Lock* lock = new Lock(static_cast<X*>(object));
    delete lock;
    delete[] object;
    return reinterpret_cast<T*>(nullptr);
}
namespace inner {
    int Free(int a) { return a; }
    struct Plain { int a; };
}
int Caller() { return inner::Free(1) + Lock::Shared(2); }
void Lambdas(X* x) {
    auto twice = [&](int n) { if (n) return n; return n * 2; };
    int r = twice(4);
    Config c;
    c.Callback = [](DEVICE d) { Handle(d); };
    Use(r, x);
}
void Unmodelled(X* x) { Each([x](int n) { Use(x, n); }); }
int Exceptions(X* x) {
    try {
        Work(x);
        if (x->Bad) throw 1;
    } catch (const Error& e) {
        Report(e);
    } catch (...) {
        return 2;
    }
    return 0;
}
void Ranges(List& list) {
    for (auto& item : list) { if (item.Stop) break; item.Go(); }
    if (int n = Count()) Use(n);
    while (auto p = Next()) Use(p);
}
extern "C" DRIVER_INITIALIZE DriverEntry;
extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path) { return STATUS_SUCCESS; }
int ScopeGuards(X* x) {
    Take(x);
    auto unlock = scope_exit([&] { Unlock(x); });
    auto free = wil::scope_exit([x]() { if (!x->p) return; Free(x->p); });
    if (Bad(x)) return 1;
    if (Early(x)) unlock.reset();
    free.release();
    return 0;
}
