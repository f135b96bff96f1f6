int ShortCircuit(int a, int b) {
    if (First(a) && (Second(b) || !Third())) Yes(); else No();
    return a && b;
}
int Negated(void* p, int status) {
    if (!(p != NULL && status >= 0) == FALSE) Both();
    while (!Done(p)) Step();
    return !p;
}
int Assigned(X* x) {
    NTSTATUS status;
    if ((status = Open(x)) < 0 || (x->Status = Read(x)) != 0) return status;
    if (Flags(x) & 4, x->Ready) Go();
    return x->A ? Left(x) : x->B ? Right(x) : 0;
}
void Ternary(int a) {
    a ? One() : Two();
    Use(a ?: 3);
    if (a ? First(a) : Second(a)) Done();
}
void Constants(void) {
    if (TRUE) Always(); else Never();
    if (0) Never();
    if (1 + 1 == 2 && sizeof(int)) Maybe();
}
