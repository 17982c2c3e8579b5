//! Work that takes milliseconds to seconds, and so would hold up all other requests of a runtime's thread: it is
//! done on threads of its own, a few at a time, which step back for everything else.

mod priority;
mod race;

use std::{
    num::NonZero,
    sync::{Arc, LazyLock, mpsc},
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
};

use self::{priority::step_back, race::race};

/// How often it is looked whether a thread starves that takes what nobody else wants: longer than a key of 2048 bits
/// mostly takes, and so short that a caller hardly notices.
const LOOK: Duration = Duration::from_millis(100);

/// RSA keys are made on all processors but one, if there are several, so that other calls always have one.
static GENERATING: LazyLock<Lane> = LazyLock::new(|| Lane::new(processors().saturating_sub(1)));
/// Using one is short, and need not leave a processor free.
static USING: LazyLock<Lane> = LazyLock::new(|| Lane::new(processors()));

/// So many at a time, in the order in which they came.
struct Lane {
    turns: Arc<Semaphore>,
    /// As many threads as there are turns may take what nobody else wants, those counted that nobody waits for any
    /// more.
    rest: Arc<Semaphore>,
    look: Duration,
}

/// The thread could not be started, or panicked.
#[derive(Debug)]
pub(crate) struct Failed;

/// Makes a key of a kind that takes long; it may be made twice, and one of them dropped.
pub(crate) async fn generate<T: Send + 'static>(
    work: impl Fn() -> T + Clone + Send + 'static,
) -> Result<T, Failed> {
    GENERATING.run_aside(work).await
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
        let permits = || Arc::new(Semaphore::new(turns.max(1)));
        Self { turns: permits(), rest: permits(), look: LOOK }
    }

    /// Does `work` when its turn has come; whoever stops waiting before that gives the turn up.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failed> {
        let _busy = Busy::begin();
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Failed)?;
        step_back_and_do(work, turn)?.await.map_err(|_| Failed)
    }

    /// As [`run`](Self::run), with what nobody else wants of the processors as long as that is enough.
    async fn run_aside<T: Send + 'static>(
        &self,
        work: impl Fn() -> T + Clone + Send + 'static,
    ) -> Result<T, Failed> {
        let _busy = Busy::begin();
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Failed)?;
        // While one is left that starved, so would the next.
        let result = match Arc::clone(&self.rest).try_acquire_owned() {
            Ok(rest) if cfg!(target_os = "linux") => {
                race(work, self.look, turn, rest).map_err(|_| Failed)?
            }
            _ => step_back_and_do(work, turn)?,
        };
        result.await.map_err(|_| Failed)
    }
}

/// On a thread of its own: one that has stepped back cannot come forward again for another's sake.
fn step_back_and_do<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    turn: OwnedSemaphorePermit,
) -> Result<oneshot::Receiver<T>, Failed> {
    let (done, result) = oneshot::channel();
    let started = named().spawn(move || {
        let _turn = turn;
        step_back();
        // Nobody may be waiting any more.
        let _ = done.send(work());
    });
    started.map_err(|_| Failed)?;
    Ok(result)
}

fn named() -> thread::Builder {
    thread::Builder::new().name("azvault-heavy".to_owned())
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
    mod on_linux {
        use std::fs;

        use super::{super::priority::NICE, *};

        fn nice() -> i32 {
            rustix::process::getpriority_process(None).unwrap()
        }

        /// The number of this thread's policy, which is 5 for `SCHED_IDLE` and 0 for the usual one: field 41
        /// (proc_pid_stat(5)), of those after the name the 39th.
        fn policy() -> u32 {
            let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
            let (_, fields) = stat.rsplit_once(") ").unwrap();
            fields.split(' ').nth(38).unwrap().parse().unwrap()
        }

        #[tokio::test]
        async fn a_heavy_thread_steps_back_and_others_do_not() {
            let before = nice();
            assert_eq!(compute(nice).await.unwrap(), (before + NICE).min(19));
            assert_eq!(nice(), before);
        }

        #[tokio::test]
        async fn keys_that_wait_for_each_other_are_all_made_with_what_nobody_else_wants() {
            let lane = Lane { look: AGES, ..Lane::new(1) };
            let policies = futures::future::join_all((0..64).map(|_| lane.run_aside(policy))).await;
            assert_eq!(policies.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [5; 64]);
            assert_eq!(policy(), 0);
        }

        #[tokio::test]
        async fn another_thread_that_has_stepped_back_answers_for_one_that_starves() {
            let lane = Lane { look: Duration::from_millis(1), ..Lane::new(1) };
            let (go, wait) = mpsc::channel();
            let wait = Arc::new(Mutex::new(wait));
            let starves_aside = move || {
                let aside = policy() == 5;
                aside && lock(&wait).recv_timeout(AGES).is_ok()
            };
            assert!(!lane.run_aside(starves_aside).await.unwrap());
            // The one that starves is still there, and the only one that may be.
            let before = nice();
            for _ in 0..3 {
                let made = lane.run_aside(|| (policy(), nice())).await.unwrap();
                assert_eq!(made, (0, (before + NICE).min(19)));
            }
            go.send(()).unwrap();
            drop(lane.rest.acquire().await.unwrap());
        }

        #[tokio::test]
        async fn a_panic_aside_is_a_failure_and_ends_the_turn() {
            let lane = Lane { look: AGES, ..Lane::new(1) };
            let fails =
                lane.run_aside(|| -> () { std::panic::resume_unwind(Box::new("as ordered")) });
            assert!(fails.await.is_err());
            assert_eq!(lane.run(|| 3).await.unwrap(), 3);
        }
    }
}
