//! Programs that are not run.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use azvault_core::{
    credentials::{CommandOutput, Commands},
    time::{Clock, SystemClock},
};
use serde_json::json;

/// What a program does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Printed {
    /// It is not there.
    Missing,
    /// It never ends.
    Hangs,
    /// It ends with this status, having printed this to standard output and error.
    Ends(i32, String, String),
    /// It does this, but takes its time.
    After(Duration, Box<Printed>),
}

type Decide = dyn Fn(&str) -> Printed + Send + Sync;

/// Stands in for the machine's programs.
pub struct Programs {
    decide: Box<Decide>,
    lines: Mutex<Vec<String>>,
    running: Arc<AtomicUsize>,
    most: AtomicUsize,
}

/// A program that runs, until it is dropped.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Programs {
    /// Decides by a function of the command line.
    pub fn by(decide: impl Fn(&str) -> Printed + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            decide: Box::new(decide),
            lines: Mutex::default(),
            running: Arc::default(),
            most: AtomicUsize::new(0),
        })
    }

    /// A machine without any.
    pub fn none() -> Arc<Self> {
        Self::by(|_| Printed::Missing)
    }

    /// A machine whose `az` does this, and that has no other programs.
    pub fn az(does: Printed) -> Arc<Self> {
        Self::by(
            move |line| {
                if line.contains("az account") { does.clone() } else { Printed::Missing }
            },
        )
    }

    /// A machine whose `az` has somebody logged in, and that has no other programs.
    pub fn logged_in_az(token: &str) -> Arc<Self> {
        let printed = json!({
            "accessToken": token,
            "expiresOn": "2096-10-02 07:06:40.000000",
            "expires_on": 4_000_000_000_i64,
            "tokenType": "Bearer",
        });
        Self::az(Printed::Ends(0, printed.to_string(), "a warning".to_owned()))
    }

    /// How many ran at once, at most.
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// The command lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Commands for Programs {
    async fn run(&self, program: &str, arguments: &[&str]) -> io::Result<CommandOutput> {
        let line = format!("{program} {}", arguments.join(" "));
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        let now = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        let _running = Running(self.running.clone());
        self.most.fetch_max(now, Ordering::SeqCst);
        let mut does = (self.decide)(&line);
        while let Printed::After(delay, then) = does {
            SystemClock::new().sleep(delay).await;
            does = *then;
        }
        match does {
            Printed::Hangs => std::future::pending().await,
            Printed::Ends(code, stdout, stderr) => Ok(CommandOutput::new(code, stdout, stderr)),
            Printed::Missing | Printed::After(..) => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl fmt::Debug for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Programs { .. }")
    }
}
