void Good(void) { F(); }
void Dangling(void) { goto nowhere; }
void StatementExpression(int a) { Use(({ F(); a; })); }
void Loose(void) { break; }
void AlsoGood(void) { G(); }
static void Unlock(void) { G(); }
int Locked(void);
void Statement(int a) { CheckOrLeave(a, Unlock(), 1); }
void Value(int a) { CheckOrLeave(a, Locked(), 1); }
