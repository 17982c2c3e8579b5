//! No value of a secret in what is printed or logged.

use std::{
    error::Error as _,
    io::Write,
    sync::{Arc, Mutex},
};

use azvault_core::Error;
use azvault_fleet::{DesiredSecret, Provisioner, credentials::Env};
use futures::StreamExt;

use crate::support::Place;

const CANARY: &str = "cAnArY-7f3e9b1d5a";

/// All that is logged in this thread.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An error with its sources, as people print it.
fn chain(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {:?}", error.explain());
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!("{error} {error:?}");
        source = error.source();
    }
    text
}

#[tokio::test(start_paused = true)]
async fn no_value_is_in_what_is_printed_or_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _logged = tracing::subscriber::set_default(subscriber);
    let env = Env::from_pairs([("API_TOKEN", CANARY)]);
    let place = Place::on(azvault_emulator::Emulator::in_memory(), |builder| builder.env(env));
    let wanted = place
        .vault("pay-prod")
        .secret("api", DesiredSecret::from_env("API_TOKEN"))
        .secret("db", DesiredSecret::generated(32))
        .secret("refused", DesiredSecret::from_env("API_TOKEN"))
        .secret("refused-too", DesiredSecret::generated(32));
    let fleet = place.fleet().vault(wanted);
    place.emulator.faults().next(1).on("PUT", "/secrets/refused").status(400);
    place.emulator.faults().next(1).on("PUT", "/secrets/db").disconnect_after_processing();

    let plan = place.provisioner.plan(&fleet).await.unwrap();
    let Place { provisioner, .. } = &place;
    let mut text = format!("{fleet:?} {plan} {plan:?} {provisioner:?}");
    let mut apply = Provisioner::apply(provisioner, plan);
    text += &format!("{apply:?}");
    while let Some(progress) = apply.next().await {
        text += &format!("{progress} {progress:?}");
    }
    let report = apply.await;
    assert!(report.has_failures());
    text += &format!("{report} {report:?}");
    text.extend(report.failed().filter_map(|it| it.error()).map(chain));
    text += &String::from_utf8_lossy(&log.0.lock().unwrap());
    assert!(text.contains("set_secret"), "the log is there");

    let generated = place.secrets("pay-prod").get_secret("db").await.unwrap();
    for value in [CANARY, generated.value().expose()] {
        for disguise in [value.to_owned(), azure_core::base64::encode(value)] {
            assert!(!text.contains(&disguise), "{disguise} in {text}");
        }
    }
}
