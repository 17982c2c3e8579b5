//! This machine's processors, and what another process uses of it. Linux alone tells and does all of it.

use std::time::Duration;

use anyhow::{Context, Result};

/// Which of the two processes something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// The memory of a process that is in RAM, in bytes.
///
/// # Errors
/// When there is no such process, or no `/proc`.
pub(super) fn resident(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    resident_in(&text).with_context(|| format!("{path} has no VmRSS"))
}

fn resident_in(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// The processor of each side: the first two that this program may use.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "it is used on Linux"))]
fn processor(allowed: &[usize], side: Side) -> Option<usize> {
    let (&server, rest) = allowed.split_first()?;
    // With one alone, both keep to it.
    let client = rest.first().copied().unwrap_or(server);
    Some(match side {
        Side::Client => client,
        Side::Server => server,
    })
}

#[cfg(target_os = "linux")]
pub(super) use linux::{cpu_of, keep_to};

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::OnceLock;

    use nix::{
        sched::{CpuSet, sched_getaffinity, sched_setaffinity},
        time::clock_getcpuclockid,
        unistd::Pid,
    };

    use super::*;

    /// This thread.
    const SELF: Pid = Pid::from_raw(0);

    static ALLOWED: OnceLock<Vec<usize>> = OnceLock::new();

    /// The CPU time that a process has used, all its threads and the kernel's work for them.
    ///
    /// # Errors
    /// When there is no such process.
    pub(in super::super) fn cpu_of(pid: u32) -> Result<Duration> {
        let clock = clock_getcpuclockid(Pid::from_raw(pid.try_into()?))
            .with_context(|| format!("the CPU time of process {pid}"))?;
        Ok(clock.now()?.into())
    }

    /// This thread's processors from before, restored when this is dropped.
    pub(in super::super) struct Kept(CpuSet);

    /// Keeps this thread, and the processes that it starts, to one processor.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(in super::super) fn keep_to(side: Side) -> Result<Kept> {
        let before = sched_getaffinity(SELF).context("which processors there are")?;
        // What this program may use, and not what this thread is kept to already.
        let allowed = ALLOWED.get_or_init(|| {
            (0..CpuSet::count()).filter(|n| matches!(before.is_set(*n), Ok(true))).collect()
        });
        let mut one = CpuSet::new();
        one.set(processor(allowed, side).context("there is no processor")?)?;
        sched_setaffinity(SELF, &one).context("keeping to one processor")?;
        Ok(Kept(before))
    }

    impl Drop for Kept {
        fn drop(&mut self) {
            if let Err(error) = sched_setaffinity(SELF, &self.0) {
                eprintln!("warning: this thread stays on its processor: {error}");
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{cpu_of, keep_to};

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use anyhow::bail;

    use super::*;

    pub(in super::super) struct Kept;

    pub(in super::super) fn cpu_of(_: u32) -> Result<Duration> {
        bail!("the CPU time of another process is told on Linux alone")
    }

    pub(in super::super) fn keep_to(_: Side) -> Result<Kept> {
        bail!("a process is kept to a processor on Linux alone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resident_memory_is_read_in_bytes() {
        let status = "VmPeak:\t  9 kB\nVmRSS:\t   12345 kB\nThreads:\t3\n";
        assert_eq!(resident_in(status), Some(12_345.0 * 1024.0));
        assert_eq!(resident_in("VmPeak: 9 kB"), None);
    }

    #[test]
    fn the_sides_have_a_processor_each_where_there_are_two() {
        assert_eq!(processor(&[2, 5, 7], Side::Server), Some(2));
        assert_eq!(processor(&[2, 5, 7], Side::Client), Some(5));
        assert_eq!(processor(&[3], Side::Client), Some(3));
        assert_eq!(processor(&[], Side::Server), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_cpu_and_memory() {
        let kept = keep_to(Side::Server).unwrap();
        drop(keep_to(Side::Client).unwrap());
        let before = cpu_of(std::process::id()).unwrap();
        let mut bytes = vec![0_u8; 32 << 20];
        bytes.iter_mut().enumerate().for_each(|(n, byte)| *byte = (n % 251) as u8);
        assert!(std::hint::black_box(&bytes).contains(&250));
        assert!(cpu_of(std::process::id()).unwrap() > before);
        assert!(resident(std::process::id()).unwrap() > f64::from(32 << 20));
        drop(kept);
        // More than Linux ever has.
        assert!(cpu_of(5_000_000).is_err());
    }
}
