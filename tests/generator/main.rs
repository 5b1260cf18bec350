//! The generator from the outside: small documents, the guard over the repository's own output, and the laws of the source.
#![allow(missing_docs, reason = "tests")]

mod cases;
mod documented;
mod equivalence;
mod features;
mod guard;
mod inputs;
mod laws;
mod refusals;
