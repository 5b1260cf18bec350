//! The generated client against servers: what the contract promises, and everything else that a server can say.
#![allow(missing_docs, reason = "tests")]

mod broken;
mod calls;
mod catalogue;
mod judged;
mod mocked;
mod odd;
mod paged;
mod played;
mod prism;
mod recovered;
mod retried;
mod schema;
mod sequences;
mod served;
mod server;
mod sockets;
mod streams;
mod traced;
mod upload;
