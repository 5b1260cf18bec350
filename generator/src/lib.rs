//! problemgen: from an OpenAPI document to an error contract, its Rust client and its documentation.

pub mod catalogue;
pub mod changes;
pub mod contract;
pub mod docs;
pub mod listing;
