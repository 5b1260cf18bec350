//! problemgen: from an OpenAPI document to an error contract, its Rust client and its documentation.

pub mod contract;
pub mod store;
