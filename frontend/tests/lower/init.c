typedef struct _PAIR { int First; void (*Second)(int); } PAIR;
typedef enum _KIND { KindA, KindB = 5, KindC, KindD = KindB | 2 } KIND;
typedef union _EITHER { int I; void* P; } EITHER;
void Initialisers(int n) {
    X zero = { 0 };
    X empty = {};
    PAIR pair = { n, Callee };
    PAIR named = { .Second = Callee };
    PAIR pairs[2] = { { 1, Callee }, { .First = Get() } };
    UNKNOWN unknown = { n, Make(), Callee };
    UNKNOWN fields = { .Size = sizeof(fields), .In.Ner = n };
    char text[] = "text";
    int* p = &n, q = n;
    static int counter = 5;
    extern int elsewhere;
    zero = (X){ 0 };
    pair = (PAIR){ .First = 1 };
    Take((PAIR){ 2, Callee }, &(PAIR){ .First = 3 });
    counter++;
    elsewhere = KindC + KindD;
    q = pair.First;
}
void Callee(int i) { }
