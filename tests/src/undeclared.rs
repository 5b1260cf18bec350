//! What must not compile: errors that an operation does not declare, for a mock and for a server. Each example is one that
//! compiles, with the code of another operation in it.
//!
//! ```
//! use dropthis_api::mock::Mock;
//! use dropthis_api::operations::{ListDrops, ListDropsProblem, PublishDropProblem};
//!
//! Mock::new().on::<ListDrops>().fails_with(ListDropsProblem::RateLimitExceeded);
//! ```
//!
//! ```compile_fail
//! use dropthis_api::mock::Mock;
//! use dropthis_api::operations::{ListDrops, ListDropsProblem, PublishDropProblem};
//!
//! Mock::new().on::<ListDrops>().fails_with(ListDropsProblem::UploadExpired);
//! ```
//!
//! ```compile_fail
//! use dropthis_api::mock::Mock;
//! use dropthis_api::operations::{ListDrops, ListDropsProblem, PublishDropProblem};
//!
//! Mock::new().on::<ListDrops>().fails_with(PublishDropProblem::RateLimitExceeded);
//! ```
//!
//! ```
//! use dropthis_api::operations::{ListDrops, ListDropsProblem, PublishDropProblem};
//! use dropthis_api::server::{Refusal, Success};
//!
//! fn list_drops() -> Result<Success<ListDrops>, Refusal<ListDrops>> {
//!     Err(ListDropsProblem::RateLimitExceeded)?
//! }
//! ```
//!
//! ```compile_fail
//! use dropthis_api::operations::{ListDrops, ListDropsProblem, PublishDropProblem};
//! use dropthis_api::server::{Refusal, Success};
//!
//! fn list_drops() -> Result<Success<ListDrops>, Refusal<ListDrops>> {
//!     Err(ListDropsProblem::UploadExpired)?
//! }
//! ```
//!
//! ```compile_fail
//! use dropthis_api::operations::{ListDrops, ListDropsProblem, PublishDropProblem};
//! use dropthis_api::server::{Refusal, Success};
//!
//! fn list_drops() -> Result<Success<ListDrops>, Refusal<ListDrops>> {
//!     Err(PublishDropProblem::RateLimitExceeded)?
//! }
//! ```
