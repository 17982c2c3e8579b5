//! Runs of other programs, one after another for each of them: the cache of a CLI breaks when two
//! of it run at once.

use std::{
    collections::HashMap,
    fmt, io,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::Duration,
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use super::{CommandOutput, Commands};
use crate::time::{Clock, within};

/// What came of a run.
#[derive(Clone, Debug)]
pub(crate) enum Ran {
    Ended(Arc<CommandOutput>),
    NotStarted(io::ErrorKind),
    TimedOut,
    /// It broke off, with the runtime that it was started on for instance.
    Lost,
}

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
}

/// The runs by one runner of programs.
pub(super) struct Runs {
    commands: Arc<dyn Commands>,
    tools: Mutex<HashMap<&'static str, Tool>>,
}

#[derive(Default)]
struct Tool {
    /// Alive as long as somebody waits for it. A shared future, so that one whose first caller is
    /// not polled any more is pushed along by those who wait for their turn.
    running: Option<Running>,
    begun: u64,
    /// Those who wait for their turn, and where to leave an answer that serves them too.
    waiting: Vec<(Line, Weak<OnceLock<Ran>>)>,
}

type Run = BoxFuture<'static, Ran>;

struct Running {
    number: u64,
    line: Line,
    run: WeakShared<Run>,
}

/// How long after its limit a run is given up by those who wait for it.
const GRACE: Duration = Duration::from_secs(1);

/// All that are in use: two credentials that were built apart run the same `az`.
static ALL: Mutex<Vec<Weak<Runs>>> = Mutex::new(Vec::new());

impl Runs {
    /// The runs by `commands`, the same for everybody.
    pub(super) fn by(commands: Arc<dyn Commands>) -> Arc<Self> {
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|runs| runs.strong_count() > 0);
        let same = |runs: &Arc<Self>| {
            std::ptr::addr_eq(Arc::as_ptr(&runs.commands), Arc::as_ptr(&commands))
        };
        if let Some(runs) = all.iter().filter_map(Weak::upgrade).find(same) {
            return runs;
        }
        let runs = Arc::new(Self { commands, tools: Mutex::default() });
        all.push(Arc::downgrade(&runs));
        runs
    }

    /// Runs `line` once no other run of `tool` is left, for `limit` at most; or takes the answer
    /// of somebody else's run of the same line that ends meanwhile.
    pub(super) async fn run(
        self: &Arc<Self>,
        tool: &'static str,
        line: Line,
        limit: Duration,
        clock: &Arc<dyn Clock>,
    ) -> Ran {
        let answer = Arc::new(OnceLock::new());
        let mut enlisted = false;
        loop {
            let (number, run, same, mine) = {
                let mut tools = self.lock();
                let state = tools.entry(tool).or_default();
                let running = state.running.as_ref();
                match running.and_then(|r| Some((r.number, r.line == line, r.run.upgrade()?))) {
                    Some((number, same, run)) => {
                        if !same && !enlisted {
                            state.waiting.push((line.clone(), Arc::downgrade(&answer)));
                            enlisted = true;
                        }
                        (number, run, same, false)
                    }
                    None => {
                        state.begun += 1;
                        let number = state.begun;
                        let run = self.start(tool, number, line.clone(), limit, clock.clone());
                        state.running = run.downgrade().map(|run| {
                            let line = line.clone();
                            Running { number, line, run }
                        });
                        (number, run, true, true)
                    }
                }
            };
            // Its limit is a timer of the runtime that it was started on, which may not be driven
            // any more.
            let patience = (!mine).then_some(limit + GRACE);
            let ran = within(&**clock, patience, run).await;
            if let Some(given) = answer.get() {
                return Ran::clone(given);
            }
            match ran {
                // What was lost by somebody else is tried again.
                Some(ran) if same && (mine || !matches!(ran, Ran::Lost)) => return ran,
                Some(_) => {}
                None => self.give_up(tool, number),
            }
        }
    }

    fn start(
        self: &Arc<Self>,
        tool: &'static str,
        number: u64,
        line: Line,
        limit: Duration,
        clock: Arc<dyn Clock>,
    ) -> Shared<Run> {
        let runs = self.clone();
        let run = async move {
            let arguments: Vec<&str> = line.arguments.iter().map(String::as_str).collect();
            let run = runs.commands.run(&line.program, &arguments);
            let run = AssertUnwindSafe(within(&*clock, Some(limit), run)).catch_unwind();
            let ran = match run.await {
                Ok(Some(Ok(output))) => Ran::Ended(Arc::new(output)),
                Ok(Some(Err(error))) if error.kind() == io::ErrorKind::Interrupted => Ran::Lost,
                Ok(Some(Err(error))) => Ran::NotStarted(error.kind()),
                Ok(None) => Ran::TimedOut,
                Err(_) => Ran::Lost,
            };
            runs.finish(tool, number, &line, &ran);
            ran
        };
        run.boxed().shared()
    }

    /// Lets others have their turn, if it is still that run's.
    fn give_up(&self, tool: &'static str, number: u64) {
        let mut tools = self.lock();
        let state = tools.entry(tool).or_default();
        state.running.take_if(|running| running.number == number);
    }

    fn finish(&self, tool: &'static str, number: u64, line: &Line, ran: &Ran) {
        let mut tools = self.lock();
        let state = tools.entry(tool).or_default();
        if state.running.take_if(|running| running.number == number).is_none() {
            // It was given up: others have had their turn meanwhile.
            return;
        }
        state.waiting.retain(|(other, answer)| {
            let Some(answer) = answer.upgrade() else {
                return false;
            };
            let serves = other == line && !matches!(ran, Ran::Lost);
            if serves {
                let _only_once = answer.set(ran.clone());
            }
            !serves
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Tool>> {
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.commands.fmt(f)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use tokio::runtime::Builder;

    use super::*;
    use crate::{credentials::surroundings::commands::MachineCommands, time::SystemClock};

    /// Programs of the machine: the first does not end in time, the others do.
    #[derive(Debug, Default)]
    struct First(AtomicUsize);

    #[async_trait]
    impl Commands for First {
        async fn run(&self, _: &str, _: &[&str]) -> io::Result<CommandOutput> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            let script = if first { "exec sleep 30" } else { "echo again" };
            MachineCommands.run("/bin/sh", &["-c", script]).await
        }
    }

    #[test]
    fn a_program_whose_runtime_goes_is_run_again_for_those_who_shared_it() {
        let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
        let (first, second) = (runtime(), runtime());
        let clock = second.block_on(async { SystemClock::shared() });
        let runs = Runs::by(Arc::<First>::default());
        let run = || {
            let (runs, clock) = (runs.clone(), clock.clone());
            async move {
                let line = Line { program: "az".to_owned(), arguments: Vec::new() };
                runs.run("az", line, Duration::from_secs(20), &clock).await
            }
        };
        let (mut begun, mut shared) = (Box::pin(run()), Box::pin(run()));
        first.block_on(async { assert!(futures::poll!(&mut begun).is_pending()) });
        second.block_on(async { assert!(futures::poll!(&mut shared).is_pending()) });
        drop((begun, first));
        match second.block_on(shared) {
            Ran::Ended(output) => assert_eq!(output.stdout, b"again\n"),
            other => panic!("{other:?}"),
        }
        assert!(clock.elapsed() < Duration::from_secs(15), "it was not waited for");
    }
}
