typedef struct _CONTEXT { int Count; } CONTEXT;

DECLARE_GETTER(CONTEXT, GetContext)

DECLARE_TYPE(CONTEXT);
DECLARE_GETTER(OTHER,
               GetOther);
DECLARE_UNKNOWN(CONTEXT, NotAGetter)

int Most(int a) { return a; }

int UsesKit(int flags) {
    if (HasBit(flags, 4)) return Most(flags);
    return GetContext(flags)->Count;
}
