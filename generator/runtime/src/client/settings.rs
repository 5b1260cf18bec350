//! What a call, a list or a change wants otherwise than its client: the same settings for each of them.

use super::run::{Inner, Options};
use crate::error::RequestError;
use crate::request::BaseUrl;

/// What is wanted otherwise than the client does it.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) base: Option<Result<BaseUrl, RequestError>>,
    pub(super) options: Options,
}

impl Settings {
    /// Where paths are appended to.
    ///
    /// # Errors
    /// When the URL that was given is none.
    pub(super) fn base<'s>(&'s self, inner: &'s Inner) -> Result<&'s BaseUrl, RequestError> {
        match &self.base {
            None => Ok(&inner.base),
            Some(base) => base.as_ref().map_err(Clone::clone),
        }
    }

    /// The options of one of several calls.
    pub(super) fn options(&self, blocking: bool) -> Option<Box<Options>> {
        Some(Box::new(Options { blocking, ..self.options.clone() }))
    }
}

/// Gives a type that has [`Settings`] the functions to set them. They are the same wherever calls are made, so that who knows
/// those of a call knows them all.
macro_rules! settable {
    (impl[$($generics:tt)*] $type:ty, $($settings:ident).+) => {
        #[doc = "Settings, as [`Client::call`](crate::Client::call) has them."]
        impl<$($generics)*> $type {
            /// Calls another server than the client does, with the credential of the client.
            pub fn base_url(mut self, url: impl Into<String>) -> Self {
                self.$($settings).+.base = Some(url.into().parse());
                self
            }

            /// Sends a header, in place of one with the same name. One that says who is calling stands in for the credential.
            pub fn header(mut self, name: http::HeaderName, value: http::HeaderValue) -> Self {
                self.$($settings).+.options.headers.insert(name, value);
                self
            }

            /// Retries in another way than the client does; whether it makes idempotency keys is part of that.
            pub fn retry(mut self, policy: crate::retry::RetryPolicy) -> Self {
                self.$($settings).+.options.retry = Some(policy);
                self
            }

            /// Ends each attempt after this time.
            pub fn attempt_timeout(mut self, time: std::time::Duration) -> Self {
                self.$($settings).+.options.attempt_timeout = Some(time);
                self
            }

            /// Ends the call, with all its attempts and waits, after this time; where there are several, each of them.
            pub fn deadline(mut self, time: std::time::Duration) -> Self {
                self.$($settings).+.options.deadline = Some(time);
                self
            }

            /// Reads a body up to this many octets.
            pub fn body_limit(mut self, octets: usize) -> Self {
                self.$($settings).+.options.body_limit = Some(octets);
                self
            }

            /// Ends an attempt during which nothing has moved for so long; see
            /// [`ClientBuilder::stall_timeout`](crate::ClientBuilder::stall_timeout). With `None` it may take as long as it
            /// takes.
            pub fn stall_timeout(mut self, time: impl Into<Option<std::time::Duration>>) -> Self {
                self.$($settings).+.options.stall = Some(time.into());
                self
            }

            /// Tells how far the bodies of request and answer have come, with each piece. It should not take long: the
            /// transport waits for it.
            pub fn progress(mut self, told: impl Fn(crate::stream::Progress) + Send + Sync + 'static) -> Self {
                self.$($settings).+.options.progress = Some(std::sync::Arc::new(told));
                self
            }

            /// Shows every attempt to a hook, after the client's hooks. Hooks see it in the order in which they were added.
            pub fn hook(mut self, hook: impl super::Hook) -> Self {
                self.$($settings).+.options.hooks.push(std::sync::Arc::new(hook));
                self
            }
        }
    };
}

pub(super) use settable;
