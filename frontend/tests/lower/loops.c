void Loops(X* x, int n) {
    int i;
    for (i = 0; i < n; i++) {
        int fresh;
        int set = 1;
        if (Skip(i)) continue;
        if (Stop(i, &fresh)) break;
        Use(fresh, set);
    }
    do { Work(); if (n) continue; More(); } while (Again());
    for (;;) { if (Exit()) return; }
}
void Once(int a) {
    do { if (a) break; Body(); } while (0);
    while (TRUE) { Spin(); }
}
int Switch(int code, int other) {
    switch (Get(code)) {
    case 1:
        One();
    case 2:
    case 3:
        Few();
        break;
    case IOCTL_A: {
        return 4;
    }
    default:
        if (other) break;
        Default();
    }
    switch (other) { case 1: switch (code) { case 2: Inner(); break; } Outer(); break; }
    return 0;
}
int Gotos(X* x) {
    int status;
retry:
    {
        int inside;
        status = Open(x, &inside);
        if (status == 1) goto retry;
        if (status < 0) goto done;
        goto into;
    }
    if (x->Flag) {
into:
        Inside(x);
    }
    Close(x);
done:
    return status;
}
