//! Time and chance, as a client meets them. Both can be replaced, so that tests wait for nothing and always see the same.

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod timer;

use std::time::{Duration, SystemTime};

use crate::maybe_send::MaybeSendFuture;

/// A wait that has not begun before it is polled. A name for a long type; in browsers it need not be `Send`.
pub type Sleep<'a> = MaybeSendFuture<'a, ()>;

/// The time that a client goes by. [`SystemClock`] unless set; a test takes a
/// [`ManualClock`](crate::testing::ManualClock).
///
/// A clock that sleeps by the timer of a runtime is some lines:
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use problemgen_runtime::{Clock, Sleep, SystemClock};
///
/// struct TokioClock;
///
/// impl Clock for TokioClock {
///     fn now(&self) -> Duration {
///         SystemClock.now()
///     }
///     fn wall(&self) -> SystemTime {
///         SystemTime::now()
///     }
///     fn sleep(&self, time: Duration) -> Sleep<'_> {
///         Box::pin(async move { tokio::time::sleep(time).await })
///     }
/// }
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time since some moment that stays the same. It never goes back.
    fn now(&self) -> Duration;
    /// The time of day.
    fn wall(&self) -> SystemTime;
    /// Waits so long. Dropping the future ends the wait.
    fn sleep(&self, time: Duration) -> Sleep<'_>;
}

/// The clock of the machine. It sleeps on any executor and without one: a single thread of the process, started when
/// somebody first waits, wakes all who wait. In browsers that is `setTimeout`.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
    fn sleep(&self, time: Duration) -> Sleep<'_> {
        Box::pin(timer::Waiting::new(time))
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        static START: std::sync::OnceLock<web_time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(web_time::Instant::now).elapsed()
    }
    fn wall(&self) -> SystemTime {
        let since = web_time::SystemTime::now().duration_since(web_time::SystemTime::UNIX_EPOCH);
        SystemTime::UNIX_EPOCH + since.unwrap_or_default()
    }
    fn sleep(&self, time: Duration) -> Sleep<'_> {
        Box::pin(gloo_timers::future::sleep(time))
    }
}

/// The chance that a client goes by. [`SystemRandom`] unless set. A function is one:
///
/// ```
/// use problemgen_runtime::Random;
///
/// fn takes(_: impl Random) {}
/// takes(|| 7);
/// ```
pub trait Random: Send + Sync + 'static {
    /// A number; each is as likely as any other.
    fn next(&self) -> u64;
}

impl<F: Fn() -> u64 + Send + Sync + 'static> Random for F {
    fn next(&self) -> u64 {
        self()
    }
}

/// The random numbers of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn next(&self) -> u64 {
        // A random UUID has 122 random bits; what is fixed in it stands in either half, and goes when they are added up.
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        high.rotate_left(32).wrapping_add(low.rotate_left(2))
    }
}

/// A random UUID (RFC 9562, section 5.4), of this chance.
pub(crate) fn uuid(random: &dyn Random) -> uuid::Uuid {
    let octets = (u128::from(random.next()) << 64) | u128::from(random.next());
    uuid::Builder::from_random_bytes(octets.to_be_bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_reaches_every_bit() {
        let (mut ones, mut zeros) = (0, 0);
        for _ in 0..200 {
            let number = SystemRandom.next();
            ones |= number;
            zeros |= !number;
        }
        assert_eq!((ones, zeros), (u64::MAX, u64::MAX));
        let counted = uuid(&|| 0x0123_4567_89ab_cdef);
        assert_eq!(counted.to_string(), "01234567-89ab-4def-8123-456789abcdef");
    }
}
