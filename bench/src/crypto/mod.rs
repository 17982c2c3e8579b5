//! The bench of cryptography: what azvault adds to aws-lc-rs, with `openssl speed` beside, and what
//! it adds to a signature that the service makes.

mod cases;
mod client;
mod openssl;
mod remote;
mod symmetric;

use anyhow::Result;

use crate::harness::{Group, Measure, Options, Row, cpu, interleaved};

/// About how long a contender's turn is: so long that a reading of the clock is no matter.
const TURN_US: f64 = 8_000.0;
/// Turns of each contender in a round.
const TURNS: usize = 8;

/// All rows, in the order in which they are printed.
pub(crate) fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (prefix, cases) in [
        ("rsa2048-", cases::rsa2048 as fn() -> Result<Vec<Case>>),
        ("rsa3072-", cases::rsa3072),
        ("rsa4096-", cases::rsa4096),
        ("ec-", cases::ec),
        ("gcm-", symmetric::gcm),
        ("cbc-", symmetric::cbc),
        ("kw-", symmetric::kw),
        ("hmac-", symmetric::hmac),
        ("client-", client::cases),
    ] {
        groups.push(Group::new(prefix, move |options| rows(prefix, cases()?, options)));
    }
    groups.push(Group::new("remote-", remote::rows));
    groups
}

type Work = Box<dyn Fn() -> Result<()>>;

/// One operation, done by azvault and by aws-lc-rs alone.
struct Case {
    name: &'static str,
    ours: Work,
    raw: Work,
    /// What `openssl speed` calls it, if it has it.
    openssl: Option<openssl::Speed>,
}

impl Case {
    fn new(
        name: &'static str,
        ours: impl Fn() -> Result<()> + 'static,
        raw: impl Fn() -> Result<()> + 'static,
    ) -> Self {
        Self { name, ours: Box::new(ours), raw: Box::new(raw), openssl: None }
    }

    fn beside(mut self, speed: openssl::Speed) -> Self {
        self.openssl = Some(speed);
        self
    }
}

fn rows(prefix: &str, cases: Vec<Case>, options: &Options) -> Result<Vec<Row>> {
    cases.iter().map(|case| row(prefix, case, options)).collect()
}

fn row(prefix: &str, case: &Case, options: &Options) -> Result<Row> {
    let once = measure(&case.raw, 20)()?;
    let calls = ((TURN_US / once.max(0.01)) as usize).clamp(8, 1_000_000);
    let mut contenders = [measure(&case.ours, calls), measure(&case.raw, calls)];
    interleaved(1, 1, &mut contenders)?;
    let rounds = interleaved(options.rounds, TURNS, &mut contenders)?;
    let row = Row::medians(format!("{prefix}{}-us", case.name)).all(rounds);
    Ok(match &case.openssl {
        Some(speed) => row.official(vec![speed.microseconds()?]),
        None => row,
    })
}

/// Microseconds of CPU a call.
fn measure(work: &Work, calls: usize) -> Measure<'_> {
    Box::new(move || {
        let spent = cpu(|| (0..calls).try_for_each(|_| work()))?;
        Ok(spent.as_secs_f64() * 1e6 / calls as f64)
    })
}
