//! Futures that go between threads where there are any. In browsers a request cannot leave the thread that made it.

use std::future::Future;
use std::pin::Pin;

/// `Send` where threads are; nothing in browsers.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub trait MaybeSend: Send {}
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl<T: Send + ?Sized> MaybeSend for T {}

/// `Send` where threads are; nothing in browsers.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub trait MaybeSend {}
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl<T: ?Sized> MaybeSend for T {}

/// A future in a box, `Send` where threads are.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub type MaybeSendFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A future in a box, `Send` where threads are.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub type MaybeSendFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
