//! What a server did in a turn: how much in a second, and what of its processor it needed for it.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::machine::cpu_of;

/// A turn of a contender.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Turn {
    requests: f64,
    wall: Duration,
    cpu: Duration,
}

impl Turn {
    pub(super) fn new(requests: usize, wall: Duration, cpu: Duration) -> Self {
        Self { requests: requests as f64, wall, cpu }
    }

    /// Requests answered in a second, and microseconds of CPU of the server's process each.
    pub(super) fn figures(self) -> [f64; 2] {
        [self.requests / self.wall.as_secs_f64(), self.cpu.as_secs_f64() * 1e6 / self.requests]
    }
}

/// Measures the process `server` while `work` sends it so many requests.
pub(super) fn turn(
    server: u32,
    requests: usize,
    work: impl FnOnce() -> Result<()>,
) -> Result<Turn> {
    let (before, start) = (cpu_of(server)?, Instant::now());
    work()?;
    let wall = start.elapsed();
    let cpu = cpu_of(server)?.saturating_sub(before);
    Ok(Turn::new(requests, wall, cpu))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_told_by_the_second_and_by_the_request() {
        let second = Duration::from_secs(1);
        let turn = Turn::new(500, second / 4, second / 10);
        assert_eq!(turn.figures(), [2000.0, 200.0]);
    }
}
