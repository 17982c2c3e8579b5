//! What a thread may take of the processors, and what it got. On Linux a thread has a priority of its own; elsewhere
//! it would be the process's, and stays.

#[cfg(target_os = "linux")]
use std::os::unix::fs::FileExt as _;
use std::{fs::File, time::Duration};

/// How far a thread steps back: to a quarter of a processor that others want too (nice(2)). Further back, a test
/// suite that takes all processors would wait for its keys.
#[cfg(target_os = "linux")]
pub(super) const NICE: i32 = 5;
/// One in so many of a processor's time is what a thread has a right to that has stepped back.
const PART: u32 = 4;

/// From now on this thread takes a lesser part.
pub(super) fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "a key is made at the priority of requests");
    }
}

/// From now on this thread takes what nobody else wants (`SCHED_IDLE`, sched(7)), and leaves it at once when
/// somebody does: one that has only stepped back ends its slice first, milliseconds later. There is no way back.
/// Says whether that is so; if not, the thread is as it was.
pub(super) fn take_the_rest() -> bool {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
            set_thread_priority_and_policy, thread_native_id,
        };

        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let set = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle);
        if let Err(error) = &set {
            tracing::debug!(%error, "a key is made beside requests, not between them");
        }
        set.is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    false
}

/// How long one thread ran, to be asked by others.
pub(super) struct Ran(Option<File>);

impl Ran {
    /// This thread.
    pub(super) fn of_this_thread() -> Self {
        // The file is that of the thread which opened it, whoever reads it.
        Self(File::open("/proc/thread-self/schedstat").ok())
    }

    /// A thread of which the system does not tell.
    #[cfg(test)]
    pub(super) fn untold() -> Self {
        Self(None)
    }

    /// On a processor; nothing where the system does not tell.
    pub(super) fn so_far(&self) -> Duration {
        self.0.as_ref().and_then(read).unwrap_or_default()
    }
}

#[cfg(target_os = "linux")]
fn read(file: &File) -> Option<Duration> {
    let mut told = [0; 64];
    let len = file.read_at(&mut told, 0).ok()?;
    nanoseconds(told.get(..len)?)
}

#[cfg(not(target_os = "linux"))]
fn read(_file: &File) -> Option<Duration> {
    None
}

/// The first of the three numbers of `schedstat`: nanoseconds on a processor (sched-stats in the kernel's
/// documentation).
#[cfg(any(target_os = "linux", test))]
fn nanoseconds(told: &[u8]) -> Option<Duration> {
    let first = std::str::from_utf8(told).ok()?.split_ascii_whitespace().next()?;
    first.parse().ok().map(Duration::from_nanos)
}

/// Whether a thread that wants a processor all the time gets less than one that has stepped back has a right to.
pub(super) fn starves(waited: Duration, ran: Duration) -> bool {
    ran < waited / PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_quarter_of_a_processor_is_starving() {
        let ms = Duration::from_millis;
        assert!(starves(ms(100), Duration::ZERO));
        assert!(starves(ms(100), ms(24)));
        assert!(!starves(ms(100), ms(25)));
        assert!(starves(ms(1_000), ms(249)));
        assert!(!starves(ms(1_000), ms(2_000)));
        assert!(!starves(Duration::ZERO, Duration::ZERO));
    }

    #[test]
    fn the_first_number_is_the_time_on_a_processor() {
        assert_eq!(nanoseconds(b"2364634 71 1\n"), Some(Duration::from_nanos(2_364_634)));
        assert_eq!(nanoseconds(b"18446744073709551616 0 0\n"), None);
        assert_eq!(nanoseconds(b"\n"), None);
        assert_eq!(nanoseconds(b"\xff 1 1\n"), None);
    }

    #[test]
    fn what_is_not_told_is_nothing() {
        assert_eq!(Ran::untold().so_far(), Duration::ZERO);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn another_thread_is_told_how_long_this_one_ran() {
        let ran = Ran::of_this_thread();
        let before = ran.so_far();
        while ran.so_far() == before {
            std::hint::spin_loop();
        }
        let seen = ran.so_far();
        std::thread::scope(|scope| {
            let there = scope.spawn(|| ran.so_far()).join().unwrap();
            assert!(there >= seen && seen > before, "{there:?} {seen:?} {before:?}");
        });
    }
}
