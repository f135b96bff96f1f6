//! What variables hold at first.

/// What a variable outside of functions holds before anything of the driver runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Initial {
    /// The variable itself, where it is a number or a pointer.
    pub value: i64,
    /// Whether all its members are zero.
    pub zeroed: bool,
}
