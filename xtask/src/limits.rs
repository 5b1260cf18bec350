//! What a process may use and what it used, as the system knows it. Deliberately absent: what the process does.

/// What a process used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// CPU time in seconds, of user and system mode.
    pub(crate) cpu: f64,
    /// The largest resident set in MiB.
    pub(crate) memory: f64,
}

/// What a process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// CPU time in seconds.
    pub(crate) seconds: u64,
    /// The address space in MiB.
    pub(crate) memory: u64,
}

impl Limits {
    /// Does this system impose limits?
    pub(crate) const IMPOSED: bool = cfg!(unix);

    /// Imposes the limits on this process and those that it starts.
    #[cfg(unix)]
    pub(crate) fn impose(self) -> Result<(), String> {
        use nix::sys::resource::{Resource, setrlimit};
        let failed = |error: nix::Error| format!("the system does not take the limits: {error}");
        // The soft limit ends a process by a signal of its own, which tells it from other ends.
        setrlimit(Resource::RLIMIT_CPU, self.seconds, self.seconds + 5).map_err(failed)?;
        let octets = self.memory.saturating_mul(1 << 20);
        // Apple's systems take no limit of the address space.
        if !cfg!(target_vendor = "apple") {
            setrlimit(Resource::RLIMIT_AS, octets, octets).map_err(failed)?;
        }
        setrlimit(Resource::RLIMIT_CORE, 0, 0).map_err(failed)
    }

    /// Imposes nothing, since the system has no such thing.
    #[cfg(not(unix))]
    pub(crate) fn impose(self) -> Result<(), String> {
        Ok(())
    }
}

impl std::fmt::Display for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.seconds, self.memory)
    }
}

impl std::str::FromStr for Limits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once(' ').and_then(|(seconds, memory)| {
            Some(Self { seconds: seconds.parse().ok()?, memory: memory.parse().ok()? })
        });
        numbers.ok_or_else(|| format!("{text:?} are no limits"))
    }
}

/// What the ended children of this process used.
#[cfg(unix)]
pub(crate) fn children() -> Option<Cost> {
    used(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)
}

/// What this process used so far.
#[cfg(unix)]
pub(crate) fn own() -> Option<Cost> {
    used(nix::sys::resource::UsageWho::RUSAGE_SELF)
}

#[cfg(unix)]
fn used(who: nix::sys::resource::UsageWho) -> Option<Cost> {
    use nix::sys::time::TimeValLike;
    let usage = nix::sys::resource::getrusage(who).ok()?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Apple counts octets, everybody else KiB.
    let units = if cfg!(target_vendor = "apple") { 1024.0 * 1024.0 } else { 1024.0 };
    Some(Cost { cpu: micros as f64 / 1e6, memory: usage.max_rss() as f64 / units })
}

/// What the ended children of this process used; the system does not say.
#[cfg(not(unix))]
pub(crate) fn children() -> Option<Cost> {
    None
}

/// What this process used so far; the system does not say.
#[cfg(not(unix))]
pub(crate) fn own() -> Option<Cost> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_go_through_text() {
        let limits = Limits { seconds: 60, memory: 4096 };
        assert_eq!(limits.to_string().parse(), Ok(limits));
        assert!("60".parse::<Limits>().is_err() && "a b".parse::<Limits>().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_process_has_used_something() {
        assert!(own().is_some_and(|cost| cost.memory > 1.0));
    }
}
