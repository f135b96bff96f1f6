void Order(X* x, int i) {
    Outer(Inner1(i), x->f[Inner2(i)], i++, --i, i);
    x->a = x->b = Make();
    x->Count += Get(x);
    *x->p++ = 1;
}
void Pointers(X* x, char* p, PX q, int n) {
    char buffer[16];
    X local, *other;
    Use(&*p, *&local, &x->f, &(x->Lock), &x->a.b[0], &p[0], &buffer[0], buffer, &buffer);
    Use(p[0], p[n], *p, *(p + n), buffer[1], *buffer, q[1].f, x->table[n]);
    other = (X*)(PVOID)p;
    Use((ULONG)-1, (ULONG_PTR) &local, (PVOID)(q), (n)-1, (size_t)*p, -1, ~0, sizeof(X), sizeof(*x));
}
void Calls(X* x, void (*callback)(int), HANDLER h) {
    x->Ops.Open(x, 1);
    (*x->Close)(x);
    callback(1);
    (*callback)(2);
    h(3);
    Table[2](4);
    Get(x)->Next->Fn(5);
    Register(Order, &Calls, Handler, STATUS_SUCCESS);
    (void)Ignored();
    GlobalFn();
}
X* Container(LIST_ENTRY* e) {
    X* x = CONTAINING_RECORD(e->Flink, X, Link);
    CONTAINING_RECORD(e, X, Link)->Count = 0;
    Use(CONTAINING_RECORD(e, X, Tail.Link));
    return x;
}
int Special(int x, IRP* irp) {
    UNREFERENCED_PARAMETER(irp);
    BELIEVE(x > 1 && irp);
    BELIEVE(!(irp->Cancel));
    _Analysis_assume_(Level() == 2);
    BELIEVE(x || irp);
    if (x == 'Tag1') Halt(0xDEAD, L"text", "a" "b");
    return SAME(x);
}
