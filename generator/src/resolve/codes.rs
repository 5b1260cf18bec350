//! The diagnostics of this stage.

crate::codes! {}
