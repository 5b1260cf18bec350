//! What a caller can set about retries.

use std::borrow::Cow;
use std::time::Duration;

/// When to try again and how long to wait. The default is [`RetryPolicy::standard`].
///
/// What an answer means decides, in this order:
///
/// 1. A *no* ends it: the answer says that the identical request cannot succeed, or the contract says so of its code. A *no*
///    wins over a *yes* of the other.
/// 2. A *yes* of either allows an attempt.
/// 3. Where both are silent, the way out decides that the contract knows of the code, [`WayOut`](crate::WayOut): `retry` and
///    `wait` allow an attempt, every other is a *no*.
/// 4. Where nothing is known, statuses that usually pass allow one: 408, 425, 429, 500, 502, 503 and 504. So does an exchange
///    that failed.
///
/// An attempt is made only if acting twice is the same as acting once: the method is idempotent (RFC 9110, section 9.2.2),
/// the request carries an idempotency key, or the request never left, because no connection came about.
///
/// ```
/// use std::time::Duration;
/// use problemgen_runtime::RetryPolicy;
///
/// let patient = RetryPolicy::standard()
///     .attempts(5)
///     .backoff(Duration::from_millis(200), Duration::from_secs(20))
///     .longest_retry_after(Duration::from_secs(120))
///     .make_idempotency_keys(false);
/// assert_ne!(patient, RetryPolicy::never());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) attempts: u32,
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
    pub(crate) longest_retry_after: Duration,
    pub(crate) statuses: Cow<'static, [u16]>,
    pub(crate) refusals: bool,
    pub(crate) make_keys: bool,
    pub(crate) key_header: Cow<'static, str>,
}

/// Statuses that usually pass: the request took too long or came too early, there were too many, or the server or a gateway
/// failed (RFC 9110, section 15; RFC 8470, section 5.2; RFC 6585, section 4).
const TRANSIENT: &[u16] = &[408, 425, 429, 500, 502, 503, 504];

/// The header of the HTTP working group's draft "The Idempotency-Key HTTP Header Field".
const KEY_HEADER: &str = "Idempotency-Key";

impl RetryPolicy {
    /// Three attempts, waits of at most half a second, then at most a second, and a `Retry-After` of up to a minute.
    pub const fn standard() -> Self {
        Self {
            attempts: 3,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(60),
            statuses: Cow::Borrowed(TRANSIENT),
            refusals: false,
            make_keys: true,
            key_header: Cow::Borrowed(KEY_HEADER),
        }
    }

    /// One attempt, whatever comes of it.
    pub const fn never() -> Self {
        let mut never = Self::standard();
        never.attempts = 1;
        never
    }

    /// At most this many attempts, the first one included; 0 is 1.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Waits between nothing and `first` before the second attempt, and between nothing and twice as much before each
    /// further one, but never more than `longest`. Where in between is chance ("full jitter"), so that clients which failed
    /// together do not come back together.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Obeys a `Retry-After` up to this long; by chance up to the first wait of [`backoff`](Self::backoff) comes on top, because
    /// everybody was told the same. If the server asks for more, the call ends: coming earlier than asked is no
    /// use to anybody.
    pub fn longest_retry_after(mut self, wait: Duration) -> Self {
        self.longest_retry_after = wait;
        self
    }

    /// The statuses that allow another attempt where neither the answer nor the contract says anything.
    pub fn statuses(mut self, statuses: impl Into<Vec<u16>>) -> Self {
        self.statuses = Cow::Owned(statuses.into());
        self
    }

    /// Repeats a request that is not idempotent and has no key, where the server refused it (a status 4xx) and the answer or
    /// the contract says in so many words that it can succeed later: a login that came too often, say. Off by default,
    /// because it trusts the API that what it refused it did not begin.
    pub fn repeat_refusals(mut self, repeat: bool) -> Self {
        self.refusals = repeat;
        self
    }

    /// Makes an idempotency key for an operation that declares a header for one, where the caller gave none: a random UUID,
    /// once for each call, the same in all its attempts. On by default, for policies with more than one attempt: without a key,
    /// what is not idempotent is not tried again. Turn it off where the server's memory of keys is not wanted.
    pub fn make_idempotency_keys(mut self, make: bool) -> Self {
        self.make_keys = make;
        self
    }

    /// The header that an API calls its idempotency keys by; `Idempotency-Key` unless set. It counts for operations that
    /// declare a parameter of this name and for no others.
    pub fn idempotency_header(mut self, name: impl Into<String>) -> Self {
        self.key_header = Cow::Owned(name.into());
        self
    }

    /// Is a key of any use, and wanted?
    pub(crate) fn makes_keys(&self) -> bool {
        self.make_keys && self.attempts > 1
    }

    /// The longest wait after this many attempts.
    pub(crate) fn ceiling(&self, attempts: usize) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::standard()
    }
}
