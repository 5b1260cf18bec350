//! Locks that a panic elsewhere does not spoil: nothing here panics while it holds one, and code of others is not run under any.

use std::sync::{LockResult, Mutex, MutexGuard, PoisonError};

/// Takes a lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    held(mutex.lock())
}

/// What a lock, or waiting with one, gave.
pub(crate) fn held<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}
