void Good(void) { F(); }
void Dangling(void) { goto nowhere; }
void StatementExpression(int a) { Use(({ F(); a; })); }
void Loose(void) { break; }
void AlsoGood(void) { G(); }
