//! Work that takes milliseconds to seconds, and so would hold up all other requests of a runtime's thread: it is
//! done on threads of its own, a few at a time, which step back for everything else.

use std::{
    num::NonZero,
    sync::{Arc, LazyLock, mpsc},
    thread,
};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{Semaphore, oneshot},
};

/// How far the threads step back: to a quarter of a processor that others want too (nice(2)). Further back, a test
/// suite that takes all processors would wait for its keys.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// RSA keys are made on all processors but one, if there are several, so that other calls always have one.
static GENERATING: LazyLock<Lane> = LazyLock::new(|| Lane::new(processors().saturating_sub(1)));
/// Using one is short, and need not leave a processor free.
static USING: LazyLock<Lane> = LazyLock::new(|| Lane::new(processors()));

/// So many at a time, in the order in which they came.
struct Lane {
    turns: Arc<Semaphore>,
}

/// The thread could not be started, or panicked.
#[derive(Debug)]
pub(crate) struct Failed;

/// Makes a key of a kind that takes long.
pub(crate) async fn generate<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failed> {
    GENERATING.run(work).await
}

/// Computes with a key of a size that takes long.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failed> {
    USING.run(work).await
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

impl Lane {
    fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns.max(1))) }
    }

    /// Does `work` when its turn has come; whoever stops waiting before that gives the turn up.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failed> {
        let _busy = Busy::begin();
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Failed)?;
        let (done, result) = oneshot::channel();
        // A thread each: one that has stepped back cannot come forward again for another's sake.
        let started = thread::Builder::new().name("azvault-heavy".to_owned()).spawn(move || {
            let _turn = turn;
            step_back();
            // Nobody may be waiting any more.
            let _ = done.send(work());
        });
        started.map_err(|_| Failed)?;
        result.await.map_err(|_| Failed)
    }
}

/// Stands for work in the eyes of the runtime, which waits here for threads that it knows nothing of: with a paused
/// clock it would move on to the next deadline meanwhile, so that callers of the in-process transport timed out.
struct Busy {
    /// Dropped with this, which ends the runtime's own task.
    _until: Option<mpsc::Sender<()>>,
}

impl Busy {
    fn begin() -> Self {
        // No other runtime can pause its clock.
        let may_pause = |runtime: &Handle| runtime.runtime_flavor() == RuntimeFlavor::CurrentThread;
        let until = Handle::try_current().ok().filter(may_pause).map(|runtime| {
            let (until, ended) = mpsc::channel();
            runtime.spawn_blocking(move || ended.recv().ok());
            until
        });
        Self { _until: until }
    }
}

/// On Linux a thread has a priority of its own; elsewhere it would be the process's.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "a key is made at the priority of requests");
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, time::Duration};

    use super::*;
    use crate::locks::lock;

    /// Long enough for any machine; a wait this long has failed.
    const AGES: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn work_is_done_elsewhere_and_its_result_given() {
        let here = thread::current().id();
        let there = generate(|| thread::current().id()).await.unwrap();
        assert_ne!(here, there);
        assert_eq!(compute(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn no_more_are_done_at_a_time_than_there_are_turns() {
        let lane = Lane::new(2);
        let running = Arc::new(Mutex::new((0, 0)));
        let work = || {
            let running = Arc::clone(&running);
            lane.run(move || {
                {
                    let mut running = lock(&running);
                    running.0 += 1;
                    running.1 = running.1.max(running.0);
                }
                thread::yield_now();
                lock(&running).0 -= 1;
            })
        };
        futures::future::try_join_all((0..32).map(|_| work())).await.unwrap();
        let (left, most) = *lock(&running);
        assert!(left == 0 && (1..=2).contains(&most), "{left} {most}");
    }

    #[tokio::test]
    async fn who_stops_waiting_gives_the_turn_up() {
        let lane = Lane::new(1);
        let (go, wait) = mpsc::channel();
        let first = lane.run(move || wait.recv_timeout(AGES).is_ok());
        tokio::pin!(first);
        assert!(futures::poll!(first.as_mut()).is_pending());
        {
            let second = lane.run(|| panic!("nobody waits for this"));
            tokio::pin!(second);
            assert!(futures::poll!(second.as_mut()).is_pending());
        }
        go.send(()).unwrap();
        assert!(first.await.unwrap());
        assert_eq!(lane.run(|| 3).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_and_ends_the_turn() {
        let lane = Lane::new(1);
        let fails = lane.run(|| -> () { std::panic::resume_unwind(Box::new("as ordered")) });
        assert!(fails.await.is_err());
        assert!(lane.run(|| ()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_waits_for_the_work_and_for_its_turn() {
        let lane = Lane::new(1);
        // Longer than a runtime needs to find that it has nothing else to do.
        let work = || {
            lane.run(|| (0..2_000_000_u32).all(|number| std::hint::black_box(number) < u32::MAX))
        };
        let all = futures::future::try_join_all((0..4).map(|_| work()));
        let done = tokio::time::timeout(AGES, all).await.expect("the clock moved on");
        assert_eq!(done.unwrap(), [true; 4]);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_heavy_thread_steps_back_and_others_do_not() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        let heavy = generate(move || rustix::process::getpriority_process(None).unwrap()).await;
        assert_eq!(heavy.unwrap(), (before + NICE).min(19));
        assert_eq!(priority(), before);
    }
}
