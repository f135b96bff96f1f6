#define LIMIT 16
#define FLAGS (1 << 3 | LIMIT)
#define ALIAS RealCall
#define LOCK(x) AcquireLock(&(x)->Lock)
#define WITH_LOCK(x, body) { LOCK(x); body; ReleaseLock(&(x)->Lock); }
#define BAIL(s) do { status = (s); goto exit; } while (0)
#define BAIL_IF(c, s) if (c) { BAIL(s); }
#define TRY_RETURN(s) { (s); goto try_exit; }
#define NAME(a, b) a##b(#a, b)
#define LOG(fmt, ...) Print(fmt, ##__VA_ARGS__)
#define GNU_LOG(args...) Print(args)
#define SELF(x) SELF(x + 1)
#define MAX2(a, b) ((a) > (b) ? (a) : (b))
#define NOTHING
#define BROKEN(x) } x {
#define DECLARE(t, n) t n = Make()
#define GETTER(x) ((x)->Getter)
#define DEFAULTS { 0, 1 }
#define INIT_OBJECT(o, n) { (o)->Length = sizeof(X); (o)->Name = n; }
#define MY_STATUS ((NTSTATUS)0xC0001234L)

int Uses(X* x, int n) {
    int status = 0;
    int pair[2] = DEFAULTS;
    DECLARE(int, made);
    LOCK(x);
    ALIAS(n);
    WITH_LOCK(x, Inside(x));
    BAIL_IF(Bad(x), 7);
    NAME(Foo, n);
    LOG("x");
    LOG("x %d", n);
    GNU_LOG("y", n);
    NOTHING;
    if (MAX2(MAX2(n, 1), LIMIT) > FLAGS) BAIL(1);
    SELF(n);
    BROKEN(n);
    GETTER(x)(n);
    INIT_OBJECT(x, n);
    status = MY_STATUS;
exit:
    ReleaseLock(&x->Lock);
    return status + made;
}

#define LEAVE_LABEL \
    leave
#define LEAVE_TO(label) \
    goto label
#define LEAVE \
    LEAVE_TO(LEAVE_LABEL)
#define LEAVE_IF_FAILED_TO(s, label) \
    if ((s) < 0)                     \
        goto label
#define LEAVE_IF_FAILED(s) \
    LEAVE_IF_FAILED_TO(s, LEAVE_LABEL)

// A macro that is a use of another one is what that one is: a jump.
int JumpsInTheEnd(X* x, int n) {
    int status = Try(x);
    if (n == 3) {
        LEAVE;
    }
    status = Try(x);
    LEAVE_IF_FAILED(status);
    Done(x);
LEAVE_LABEL:
    ReleaseLock(&x->Lock);
    return status;
}

// Trace functions as the trace preprocessor makes them: with ends of the driver's own, or none.
// begin_wpp config
// FUNC CheckStatus{LEVEL=TRACE_ERROR,FLAGS=ALL}(STATUS, MSG, ...);
// FUNC ReturnIfFailed{LEVEL=TRACE_ERROR}(RESULT);
// FUNC TraceOnly(LEVEL, MSG, ...);
// FUNC Broken{LEVEL=
// end_wpp
#define WPP_LEVEL_FLAGS_STATUS_PRE(level, flags, status) { \
    if ((status) < 0) {
#define WPP_LEVEL_FLAGS_STATUS_POST(level, flags, status) ; \
        Count(level); \
        goto End; \
    } }
#define WPP_LEVEL_RESULT_PRE(level, result) do { int result_ = (result); if (result_ < 0) {
#define WPP_LEVEL_RESULT_POST(level, result) ; return result_; } } while (0, 0)

int Traces(X* x) {
    int status = Try(x);
    TraceOnly(TRACE_ERROR, "tried %d", status);
    CheckStatus(status, "failed for %p", x);
    ReturnIfFailed(Try(x));
    Done(x);
End:
    ReleaseLock(&x->Lock);
    return status;
}
