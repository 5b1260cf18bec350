//! The verbs of the repository.
fn main() {}
