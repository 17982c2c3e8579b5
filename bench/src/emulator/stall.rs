//! How long a `get_secret` takes at the worst while RSA keys are being created, and while none are.

use std::{
    cell::Cell,
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use http::{Method, StatusCode};
use tokio::{runtime::Runtime, sync::mpsc};

use super::{
    client::{Connection, Http, Vault},
    program::{Folder, Program},
};
use crate::harness::{Measures, Options, Row, interleaved_all, runtime};

/// A get is sent every so often, answered or not what was sent before.
const INTERVAL: Duration = Duration::from_millis(1);
/// Gets in a turn, of which a hundredth takes longer than what is told; a round is one turn.
const GETS: u32 = 2_000;
/// Keys that are created at a time.
const CREATING: [usize; 2] = [1, 4];
const VALUE: &str = "a value of thirty-two characters";

/// Gets and creations on two connections over HTTP/2.
struct Table<'a> {
    runtime: &'a Runtime,
    vault: Vault,
    gets: Connection,
    creations: Connection,
    /// How many keys were asked for.
    asked: Cell<usize>,
}

pub(super) fn rows(options: &Options) -> Result<Vec<Row>> {
    let runtime = Rc::new(runtime()?);
    let state = Folder::new()?;
    let program = Program::start(&state, &[])?;
    let vault = runtime.block_on(Vault::sign_in(&program, "bench"))?;
    vault.once(&runtime, vault.set(Http::Two, "s0", VALUE)?)?.json()?;
    let open = || runtime.block_on(Connection::open(vault.place(), vault.host(), Http::Two));
    let table = Table {
        runtime: &runtime,
        vault: vault.clone(),
        gets: open()?,
        creations: open()?,
        asked: Cell::new(0),
    };
    let [one, four] = CREATING;
    let mut contenders: [Measures<'_, 2>; 3] = [
        Box::new(|| table.measure(one)),
        Box::new(|| table.measure(four)),
        Box::new(|| table.measure(0)),
    ];
    interleaved_all(1, 1, &mut contenders)?;
    let [p99, created] = interleaved_all(options.rounds, 1, &mut contenders)?;
    let [by_one, by_four, without] = <[_; 3]>::try_from(p99).ok().context("three contenders")?;
    let [created_by_one, created_by_four, _] =
        <[_; 3]>::try_from(created).ok().context("three contenders")?;
    Ok(vec![
        Row::medians(format!("stall-{one}-get-p99-us")).ours(by_one).raw(without.clone()),
        Row::medians(format!("stall-{four}-get-p99-us")).ours(by_four).raw(without),
        Row::medians(format!("stall-{one}-keys-per-s")).ours(created_by_one),
        Row::medians(format!("stall-{four}-keys-per-s")).ours(created_by_four),
    ])
}

impl Table<'_> {
    /// The 99th percentile of gets in microseconds while so many keys are created at a time, and how many of
    /// these are made in a second.
    fn measure(&self, creating: usize) -> Result<[f64; 2]> {
        let ended = Cell::new(false);
        let start = Instant::now();
        self.runtime.block_on(async {
            let creations = try_join_all((0..creating).map(|_| self.create(&ended)));
            let gets = async {
                let took = self.get().await;
                ended.set(true);
                took
            };
            let (took, created) = tokio::join!(gets, creations);
            let created: usize = created?.into_iter().sum();
            ensure!(created >= creating, "{created} keys were made beside the gets");
            let per_s = created as f64 / start.elapsed().as_secs_f64();
            Ok([percentile_99(took?).as_secs_f64() * 1e6, per_s])
        })
    }

    /// Creates one key after the other; says how many.
    async fn create(&self, ended: &Cell<bool>) -> Result<usize> {
        let mut connection = self.creations.shared().context("HTTP/2 is shared")?;
        let mut created = 0;
        while !ended.get() {
            let path = format!("/keys/k{}/create", self.asked.replace(self.asked.get() + 1));
            let body = r#"{"kty":"RSA","key_size":2048}"#.to_owned();
            let request = self.vault.request(Http::Two, Method::POST, &path, Some(body))?;
            connection.send(request).await?.json()?;
            created += 1;
        }
        Ok(created)
    }

    /// How long each get took from when it was handed to the connection.
    async fn get(&self) -> Result<Vec<Duration>> {
        let (ticks, mut ticking) = mpsc::unbounded_channel();
        // The runtime's own timer is as coarse as the interval.
        let clock = thread::spawn(move || {
            let start = Instant::now();
            for n in 1..=GETS {
                thread::sleep((start + INTERVAL * n).saturating_duration_since(Instant::now()));
                if ticks.send(()).is_err() {
                    return;
                }
            }
        });
        let request = self.vault.get(Http::Two, "s0")?;
        let mut sent = Vec::new();
        while ticking.recv().await.is_some() {
            let mut connection = self.gets.shared().context("HTTP/2 is shared")?;
            let request = request.clone();
            sent.push(tokio::spawn(async move {
                let start = Instant::now();
                let answer = connection.send(request).await?;
                ensure!(answer.status == StatusCode::OK, "{}: {:?}", answer.status, answer.body);
                Ok(start.elapsed())
            }));
        }
        clock.join().map_err(|_| anyhow::anyhow!("the clock panicked"))?;
        try_join_all(sent).await?.into_iter().collect()
    }
}

/// What 99 of a hundred took at the most.
fn percentile_99(mut took: Vec<Duration>) -> Duration {
    took.sort();
    let rank = (took.len() * 99).div_ceil(100);
    took.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_of_a_hundred_is_the_percentile() {
        let took = |n: u64| (1..=n).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile_99(took(100)), Duration::from_millis(99));
        assert_eq!(percentile_99(took(2_000)), Duration::from_millis(1_980));
        assert_eq!(percentile_99(took(1)), Duration::from_millis(1));
        assert_eq!(percentile_99(Vec::new()), Duration::ZERO);
    }
}
