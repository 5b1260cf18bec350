//! How much of a client's load may be retries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A bound on retries that all calls of a client share, so that a server which is down is not met with several times the
/// usual load.
///
/// It is a bucket that holds so many retries. Each retry takes one out, each call puts a share of one in; with an empty
/// bucket nothing is retried. So in any stretch of time there are at most `held + share × calls` retries.
///
/// Clones are the same budget, which lets several clients share one.
///
/// ```
/// use problemgen_runtime::RetryBudget;
///
/// // Fifty retries at once, and one for every five calls in the long run.
/// let budget = RetryBudget::new(50, 20);
/// # let _ = budget;
/// ```
#[derive(Debug, Clone)]
pub struct RetryBudget(Option<Arc<Bucket>>);

#[derive(Debug)]
struct Bucket {
    /// In hundredths of a retry.
    level: AtomicU64,
    capacity: u64,
    share: u64,
}

/// A retry, in the units of a bucket.
const RETRY: u64 = 100;

impl RetryBudget {
    /// A bucket that holds this many retries, and into which each call puts so many hundredths of one.
    pub fn new(held: u32, percent_of_calls: u32) -> Self {
        let capacity = u64::from(held) * RETRY;
        Self(Some(Arc::new(Bucket {
            level: AtomicU64::new(capacity),
            capacity,
            share: u64::from(percent_of_calls),
        })))
    }

    /// No bound.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// A call begins.
    pub(crate) fn deposit(&self) {
        if let Some(bucket) = &self.0 {
            bucket.change(|level| Some((level + bucket.share).min(bucket.capacity)));
        }
    }

    /// Takes a retry out; `false` when there is none.
    pub(crate) fn withdraw(&self) -> bool {
        self.0.as_ref().is_none_or(|bucket| bucket.change(|level| level.checked_sub(RETRY)))
    }
}

impl Bucket {
    fn change(&self, to: impl FnMut(u64) -> Option<u64>) -> bool {
        self.level.fetch_update(Ordering::Relaxed, Ordering::Relaxed, to).is_ok()
    }
}

/// Twenty retries at once, and one for every ten calls.
impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(20, 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_never_pass_what_was_put_in() {
        let budget = RetryBudget::new(3, 50);
        let mut retries = 0;
        for calls in 1..100 {
            budget.deposit();
            while budget.withdraw() {
                retries += 1;
            }
            assert!(retries <= 3 + calls / 2, "{retries} after {calls}");
        }
        assert!(retries >= 50);
        assert!((0..1000).all(|_| RetryBudget::unlimited().withdraw()));
        assert!(!RetryBudget::new(0, 0).withdraw());
    }
}
