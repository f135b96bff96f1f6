//! Keywords of C and C++ by what they do in a declaration.

/// What a word is in a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Not a keyword.
    Name,
    /// Says something about a type or name.
    Qualifier,
    /// A type by itself.
    Builtin,
    /// Comes before the name of a type.
    Tag,
    /// Any other keyword: a declaration does not go on across it.
    Other,
}

pub(super) fn word_class(word: &str) -> Word {
    match word {
        "const" | "volatile" | "static" | "extern" | "inline" | "__inline" | "__forceinline" | "register"
        | "typedef" | "virtual" | "explicit" | "friend" | "constexpr" | "mutable" | "restrict" | "thread_local"
        | "_Thread_local" | "__unaligned" | "noexcept" | "consteval" | "constinit" => Word::Qualifier,
        "void" | "char" | "short" | "int" | "long" | "float" | "double" | "signed" | "unsigned" | "bool" | "_Bool"
        | "wchar_t" | "__int8" | "__int16" | "__int32" | "__int64" | "auto" | "char8_t" | "char16_t" | "char32_t" => {
            Word::Builtin
        }
        "struct" | "union" | "class" | "enum" | "typename" | "__interface" => Word::Tag,
        "if" | "else" | "for" | "while" | "do" | "switch" | "case" | "default" | "break" | "continue" | "return"
        | "goto" | "sizeof" | "new" | "delete" | "throw" | "try" | "catch" | "operator" | "template" | "using"
        | "namespace" | "public" | "private" | "protected" | "this" | "alignof" | "alignas" | "decltype"
        | "static_cast" | "const_cast" | "reinterpret_cast" | "dynamic_cast" | "typeid" | "override" | "final"
        | "asm" | "__asm" | "_asm" | "__try" | "__except" | "__finally" | "__leave" | "concept" | "requires"
        | "co_await" | "co_return" | "co_yield" | "import" | "module" | "__if_exists" | "__if_not_exists" | "and"
        | "or" | "not" | "defined" | "__alignof" | "_Static_assert" | "static_assert" | "_Generic" | "_Alignas"
        | "__based" => Word::Other,
        _ => Word::Name,
    }
}

/// Whether the word begins a statement, or is one.
pub(crate) fn begins_statement(word: &str) -> bool {
    matches!(
        word,
        "if" | "else" | "for" | "while" | "do" | "switch" | "case" | "break" | "continue" | "return" | "goto"
    )
}
