//! Plays one scenario over doubles, on paused time.

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::{
    credentials::{TokenCredential, TokenRequestOptions},
    http::Context,
};
use azvault_core::{
    Result,
    credentials::{
        AzureCliCredential, AzureDeveloperCliCredential, AzurePowerShellCredential, Claims,
        DefaultAzureCredential, DeviceCodeCredential, Env, EnvironmentCredential,
        ManagedIdentityCredential, ManagedIdentityId, Surroundings, TenantId,
        WorkloadIdentityCredential,
    },
    time::{Clock, SystemClock},
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Disk, Paper, Printed, Programs, Script, Seen};
use futures::future::{Either, join_all, select};

use super::{
    Folder,
    format::{Ask, Exchange, File, Program, Scenario, Setup},
};

/// What was seen while a scenario was played.
pub(super) struct Played {
    pub(super) built: Result<(), String>,
    pub(super) answers: Vec<Given>,
    pub(super) took: Duration,
    pub(super) seen: Vec<Seen>,
    pub(super) lines: Vec<String>,
    pub(super) most_at_once: usize,
    pub(super) outcomes: Vec<String>,
    pub(super) shown: Vec<String>,
    /// Everything that was said by anybody.
    pub(super) said: String,
}

pub(super) enum Given {
    /// The token, how many seconds it lives, and when it ends.
    Token(String, i64, i64),
    Unavailable(String),
    Failure(String),
    GaveUp,
}

/// A credential with what there is to know of it besides.
struct Made {
    credential: Arc<dyn TokenCredential>,
    chain: Option<DefaultAzureCredential>,
}

pub(super) async fn play(folder: &Folder, scenario: &Scenario) -> Played {
    let script = script(&scenario.exchange);
    let programs = programs(&scenario.program);
    let shown = Arc::new(Mutex::new(Vec::new()));
    let around = Surroundings::default()
        .env(Env::from_pairs(scenario.env.clone()))
        .transport(script.transport())
        .commands(programs.clone())
        .files(disk(folder, scenario));
    let clock = SystemClock::new();
    let mut played = Played {
        built: Ok(()),
        answers: Vec::new(),
        took: Duration::ZERO,
        seen: Vec::new(),
        lines: Vec::new(),
        most_at_once: 0,
        outcomes: Vec::new(),
        shown: Vec::new(),
        said: String::new(),
    };
    match make(&folder.link, &scenario.setup, around, shown.clone()) {
        Err(error) => {
            played.said = everything(&error);
            played.built = Err(error.to_string());
        }
        Ok(made) => {
            let asks = if scenario.ask.is_empty() { &vec![Ask::default()] } else { &scenario.ask };
            let questions = asks.iter().map(|asked| ask(&made.credential, asked, &clock));
            let answers: Vec<(Given, String)> = if scenario.together {
                join_all(questions).await
            } else {
                let mut answers = Vec::new();
                for question in questions {
                    answers.push(question.await);
                }
                answers
            };
            played.took = clock.elapsed();
            for (given, said) in answers {
                played.answers.push(given);
                played.said.push_str(&said);
            }
            played.said.push_str(&format!("{0:?} {0:#?}", made.credential));
            if let Some(chain) = made.chain {
                for outcome in chain.outcomes() {
                    let skipped = outcome.skipped.as_deref().unwrap_or("gave a token");
                    played.outcomes.push(format!("{}: {skipped}", outcome.link));
                }
            }
        }
    }
    played.said.push_str(&played.outcomes.concat());
    played.shown = shown.lock().unwrap().clone();
    played.seen = script.seen();
    played.lines = programs.lines();
    played.most_at_once = programs.most_at_once();
    played
}

async fn ask(
    credential: &Arc<dyn TokenCredential>,
    asked: &Ask,
    clock: &SystemClock,
) -> (Given, String) {
    if asked.after_ms > 0 {
        clock.sleep(Duration::from_millis(asked.after_ms)).await;
    }
    let mut context = Context::new();
    if let Some(tenant) = &asked.tenant {
        context.insert(TenantId::new(tenant));
    }
    if let Some(claims) = &asked.claims {
        context.insert(Claims::new(claims));
    }
    let mut options = TokenRequestOptions::default();
    options.method_options.context = context;
    let scopes = [asked.scope.as_str()];
    let token = credential.get_token(&scopes, Some(options));
    let result = match asked.gives_up_after_ms {
        None => token.await,
        Some(limit) => match select(token, clock.sleep(Duration::from_millis(limit))).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => return (Given::GaveUp, String::new()),
        },
    };
    match result {
        Ok(token) => {
            let ends = token.expires_on.unix_timestamp();
            let life = ends - clock.now().unix_timestamp();
            (Given::Token(token.token.secret().to_owned(), life, ends), format!("{token:?}"))
        }
        Err(error) => {
            let said = everything(&error);
            // The way that a chain sees it.
            let unavailable = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<azvault_core::credentials::Unavailable>());
            match unavailable {
                Some(reason) => (Given::Unavailable(reason.to_string()), said),
                None => (Given::Failure(said.clone()), said),
            }
        }
    }
}

fn make(
    link: &str,
    setup: &Setup,
    around: Surroundings,
    shown: Arc<Mutex<Vec<String>>>,
) -> Result<Made> {
    let credential: Arc<dyn TokenCredential> = match link {
        "environment-secret" | "environment-certificate" => {
            Arc::new(EnvironmentCredential::new(around)?)
        }
        "workload-identity" => Arc::new(WorkloadIdentityCredential::from_env(around)?),
        "app-service" | "imds" | "azure-arc" | "cloud-shell" | "azure-ml" => {
            Arc::new(managed_identity(setup, around)?)
        }
        "azure-cli" => Arc::new(AzureCliCredential::new(around)),
        "azure-powershell" => Arc::new(AzurePowerShellCredential::new(around)),
        "azure-developer-cli" => Arc::new(AzureDeveloperCliCredential::new(around)),
        "device-code" => {
            let client = setup.client_id.as_deref().unwrap_or("my-client");
            Arc::new(DeviceCodeCredential::with_surroundings(
                "organizations",
                client,
                move |info| {
                    let seconds = info.expires_in.as_secs();
                    shown.lock().unwrap().push(format!(
                        "{} {} {seconds} {}",
                        info.user_code, info.verification_uri, info.message
                    ));
                },
                around,
            )?)
        }
        "chain" => {
            let chain = DefaultAzureCredential::builder().surroundings(around).build()?;
            return Ok(Made { credential: Arc::new(chain.clone()), chain: Some(chain) });
        }
        other => panic!("the runner does not know the link {other}"),
    };
    Ok(Made { credential, chain: None })
}

fn managed_identity(setup: &Setup, around: Surroundings) -> Result<ManagedIdentityCredential> {
    let identity = match (&setup.object_id, &setup.resource_id) {
        (Some(id), None) => ManagedIdentityId::ObjectId(id.clone()),
        (None, Some(id)) => ManagedIdentityId::ResourceId(id.clone()),
        _ => return ManagedIdentityCredential::new(setup.client_id.clone(), around),
    };
    ManagedIdentityCredential::with_identity(identity, around)
}

fn script(exchanges: &[Exchange]) -> Arc<Script> {
    let mut answers = VecDeque::new();
    for exchange in exchanges {
        let given = &exchange.answer;
        let answer = if given.hangs {
            Answer::hang()
        } else if given.unreachable {
            Answer::broken(TransportErrorKind::Connect)
        } else {
            Answer::new(given.status, given.body.clone())
        };
        let answer = answer.after(Duration::from_millis(given.after_ms));
        let answer =
            given.headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value));
        answers.extend(std::iter::repeat_n(answer, exchange.times));
    }
    Script::of(answers)
}

fn programs(all: &[Program]) -> Arc<Programs> {
    let all: Vec<(String, Printed)> = all
        .iter()
        .map(|program| {
            let ends = Printed::Ends(program.code, program.stdout.clone(), program.stderr.clone());
            let does = if program.hangs { Printed::Hangs } else { ends };
            let delay = Duration::from_millis(program.after_ms);
            (program.runs.clone(), Printed::After(delay, Box::new(does)))
        })
        .collect();
    Programs::by(move |line| {
        let found = all.iter().find(|(part, _)| line.contains(part.as_str()));
        found.map_or(Printed::Missing, |(_, does)| does.clone())
    })
}

fn disk(folder: &Folder, scenario: &Scenario) -> Arc<Disk> {
    Disk::of(scenario.files.iter().map(|(path, file)| {
        let paper =
            Paper::After(Duration::from_millis(file.after_ms), Box::new(paper(folder, file)));
        (PathBuf::from(path), paper)
    }))
}

fn paper(folder: &Folder, file: &File) -> Paper {
    match file {
        File { denied: true, .. } => Paper::Fails(io::ErrorKind::PermissionDenied),
        File { from: Some(name), .. } => Paper::Has(folder.data(name)),
        File { text: Some(text), .. } => Paper::Has(text.clone().into_bytes()),
        File { size: Some(size), .. } => Paper::Has(vec![b'x'; *size]),
        _ => panic!("{}: a file needs 'from', 'text', 'size' or 'denied'", folder.name()),
    }
}

/// An error with all its sources, in each form that they can be printed in.
fn everything(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        said.push_str(&format!("{error}\n{error:?}\n{error:#?}\n"));
        next = error.source();
    }
    said
}
