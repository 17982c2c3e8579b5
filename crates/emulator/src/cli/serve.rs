//! Serving until a signal says to stop.

use std::error::Error;

use super::{announce::announce, ca_file::CaFile, settings::Settings, signals::StopSignals};

/// Runs until Ctrl-C or SIGTERM.
pub(super) async fn serve(settings: Settings) -> Result<(), Box<dyn Error>> {
    let emulator = settings.builder()?.start().await?;
    let ca = CaFile::write(settings.ca_out, emulator.ca_pem())?;
    // Before anything is printed: whoever reads it may send a signal at once.
    let stop = StopSignals::listen()?;
    announce(&emulator, ca.path())?;
    stop.received().await?;
    tracing::info!("stopping");
    emulator.shutdown().await;
    Ok(())
}
