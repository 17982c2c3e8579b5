//! Serving until a signal says to stop.

use std::{error::Error, fs};

use super::{
    announce::announce,
    facts::{Facts, Running},
    of_file,
    settings::Settings,
    signals::StopSignals,
};

const PORT: u16 = 8443;
const PROXY_PORT: u16 = 8444;
/// Anybody may read it in the variables; the emulator insists on none.
const IDENTITY_HEADER: &str = "local";

/// Runs until Ctrl-C or SIGTERM.
pub(super) async fn serve(settings: Settings) -> Result<(), Box<dyn Error>> {
    let place = settings.place.open()?;
    let emulator = place.builder(settings.builder(PORT, PROXY_PORT)?).start().await?;
    let mut facts = Facts::of(&emulator, &place, IDENTITY_HEADER)?;
    if let Some(path) = settings.ca_out {
        fs::write(&path, emulator.ca_pem()).map_err(|error| of_file(&path, &error))?;
        facts.ca = std::path::absolute(&path)?;
    }
    let running = if place.is_kept() { Running::announce(place.folder(), &facts)? } else { None };
    if place.is_kept() && running.is_none() {
        tracing::warn!(
            "another emulator of this installation runs; `env` goes on to tell of that one"
        );
    }
    // Before anything is printed: whoever reads it may send a signal at once.
    let stop = StopSignals::listen()?;
    announce(&emulator, &facts, &place)?;
    stop.received().await?;
    tracing::info!("stopping");
    // Nobody is to be sent to an emulator that is about to end.
    drop(running);
    emulator.shutdown().await;
    Ok(())
}
