//! Octets that come piece by piece: what a request sends, what an answer brings, and what is watched meanwhile.
//!
//! A [`Body`] is where octets come from, and can be read again for another attempt; [`Pieces`] are one reading of it, or the
//! body of an answer. Deliberately absent: what the octets mean.

mod body;
mod pieces;
mod reader;
mod watch;

pub use body::{Body, Opening};
pub use pieces::Pieces;
pub use watch::Progress;
pub(crate) use watch::Watch;
