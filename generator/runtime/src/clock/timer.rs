//! Waits without a runtime: one thread that sleeps until the next wait is over and wakes who waits.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::locked;

/// A wait.
pub(super) struct Waiting {
    time: Duration,
    /// When it is over, and its number; set by the first poll.
    due: Option<(Instant, u64)>,
}

impl Waiting {
    pub(super) fn new(time: Duration) -> Self {
        Self { time, due: None }
    }
}

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let key = match self.due {
            Some(key) => key,
            None => {
                // A wait for longer than the clock counts never ends.
                let Some(due) = now.checked_add(self.time) else { return Poll::Pending };
                *self.due.insert((due, Timer::of_process().number()))
            }
        };
        if key.0 <= now {
            return Poll::Ready(());
        }
        if !Timer::of_process().wake_at(key, context.waker().clone()) {
            // Without a thread there is only asking again.
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(key) = &self.due {
            Timer::of_process().lock().waiting.remove(key);
        }
    }
}

#[derive(Default)]
struct Timer {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<(Instant, u64), Waker>,
    numbers: u64,
    runs: bool,
}

impl Timer {
    fn of_process() -> &'static Self {
        static TIMER: OnceLock<Timer> = OnceLock::new();
        TIMER.get_or_init(Timer::default)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        locked::lock(&self.state)
    }

    fn number(&self) -> u64 {
        let mut state = self.lock();
        state.numbers += 1;
        state.numbers
    }

    /// `false` when there is no thread to do so.
    fn wake_at(&'static self, key: (Instant, u64), waker: Waker) -> bool {
        let mut state = self.lock();
        if !state.runs {
            let thread = thread::Builder::new().name("problemgen-timer".to_owned());
            state.runs = thread.spawn(|| self.run()).is_ok();
        }
        let runs = state.runs;
        state.waiting.insert(key, waker);
        let is_next = state.waiting.first_key_value().is_some_and(|(first, _)| *first == key);
        drop(state);
        if is_next {
            self.changed.notify_one();
        }
        runs
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let due = state.waiting.first_key_value().map(|((due, _), _)| *due);
            state = match due {
                Some(due) if due <= now => {
                    let first = state.waiting.pop_first();
                    drop(state);
                    // Not under the lock: waking may run code of others.
                    if let Some((_, waker)) = first {
                        waker.wake();
                    }
                    self.lock()
                }
                Some(due) => locked::held(self.changed.wait_timeout(state, due - now)).0,
                None => locked::held(self.changed.wait(state)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::block_on;

    #[test]
    fn waits_end_in_the_order_of_their_length() {
        let start = Instant::now();
        let waits: Vec<_> = [60, 20, 40]
            .map(|milliseconds| {
                thread::spawn(move || {
                    block_on(Waiting::new(Duration::from_millis(milliseconds)));
                    (start.elapsed(), milliseconds)
                })
            })
            .into_iter()
            .map(|wait| wait.join().expect("a wait"))
            .collect();
        for (took, milliseconds) in waits {
            assert!(took >= Duration::from_millis(milliseconds), "{took:?} for {milliseconds}");
        }
    }

    #[test]
    fn a_wait_that_is_dropped_is_forgotten() {
        let mut wait = Box::pin(Waiting::new(Duration::from_secs(3600)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(wait.as_mut().poll(&mut context).is_pending());
        let key = wait.due.expect("it has begun");
        assert!(Timer::of_process().lock().waiting.contains_key(&key));
        drop(wait);
        assert!(!Timer::of_process().lock().waiting.contains_key(&key));
    }
}
