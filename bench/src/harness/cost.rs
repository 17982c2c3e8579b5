//! What a piece of work costs: CPU time of this process, or wall time.

use std::time::{Duration, Instant};

use anyhow::Result;
use cpu_time::ProcessTime;

/// The CPU time that this process, all threads and the kernel's work for it, needs for `work`.
pub(crate) fn cpu<T>(work: impl FnOnce() -> Result<T>) -> Result<Duration> {
    let start = ProcessTime::try_now()?;
    work()?;
    Ok(start.try_elapsed()?)
}

/// The wall time of `work`.
pub(crate) fn wall<T>(work: impl FnOnce() -> Result<T>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn work_takes_cpu_time_and_waiting_takes_none() {
        let spin = |limit: Duration| {
            move || {
                let start = Instant::now();
                while start.elapsed() < limit {
                    black_box(0);
                }
                Ok(())
            }
        };
        assert!(cpu(spin(Duration::from_millis(40))).unwrap() > Duration::from_millis(1));
        assert!(wall(spin(Duration::from_millis(4))).unwrap() >= Duration::from_millis(4));
    }

    #[test]
    fn work_that_fails_has_no_cost() {
        assert!(cpu(|| anyhow::bail!("no") as Result<()>).is_err());
        assert!(wall(|| anyhow::bail!("no") as Result<()>).is_err());
    }
}
