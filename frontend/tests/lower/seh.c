int Native(X* x) {
    int status = 0;
    __try {
        Lock(x);
        if (x->Bad) { status = 1; __leave; }
        if (x->Worse) return 2;
        Work(x);
    } __finally {
        Unlock(x);
        if (AbnormalTermination()) Abnormal();
    }
    return status;
}
int Except(X* x) {
    __try {
        Probe(x);
        __try { Inner(x); } __finally { Cleanup(x); }
    } __except (Filter(GetExceptionCode())) {
        Handle(x);
        return 1;
    }
    Outside(x);
    return 0;
}
int Macros(X* x) {
    int status;
    try {
        status = Open(x);
        if (!status) leave;
        if (status == 3) goto out;
        while (Next(x)) { if (Full(x)) break; }
        try {
            Deep(x);
        } except (1) {
            status = 5;
        }
    } finally {
        Close(x);
    }
    After(x);
out:
    return status;
}
int LoopExit(X* x) {
    int i;
    for (i = 0; i < 3; i++) {
        try {
            if (One(x)) break;
            if (Two(x)) continue;
            if (Three(x)) return i;
        } finally {
            Close(x);
        }
    }
    return -1;
}
int Result(X* x) {
    try {
        return x->Count;
    } finally {
        x->Count = 0;
    }
}
int TryExit(X* x) {
    int status = 0;
    try {
        if (x->Bad) { status = 1; goto try_exit; }
        Work(x);
try_exit: NOTHING;
    } finally {
        Release(x);
    }
    return status;
}
