//! `health`: whether an emulator serves, without curl.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use clap::Args;
use reqwest::{Client, StatusCode, Url};

use super::{facts::read_running, place::PlaceSettings, serve::PROXY_PORT};

#[derive(Debug, Args)]
pub(super) struct HealthSettings {
    /// Where to ask, plain HTTP [default: /health at the proxy port of the emulator of this installation, and of the
    /// port that AZVAULT_EMULATOR_PROXY_PORT names, or 8444, where none runs].
    #[arg(long, env = "AZVAULT_EMULATOR_HEALTH_URL")]
    url: Option<Url>,
    /// Port of the proxy to ask at.
    #[arg(long, env = "AZVAULT_EMULATOR_PROXY_PORT", hide = true)]
    proxy_port: Option<u16>,
    /// Seconds that the answer may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    timeout: u64,
    #[command(flatten)]
    place: PlaceSettings,
}

/// Asks, prints the answer, and fails unless the emulator serves.
pub(super) async fn ask(settings: &HealthSettings) -> Result<(), Box<dyn Error>> {
    let url = url(settings)?;
    if !url.username().is_empty() || url.password().is_some() {
        // The address is told in errors.
        return Err(
            "health is answered to anybody: leave the user name and the password out".into()
        );
    }
    if url.scheme() != "http" {
        return Err(format!(
            "{url}: plain HTTP is asked, at the proxy's port, such as http://127.0.0.1:8444/health"
        )
        .into());
    }
    let timeout = Duration::from_secs(settings.timeout);
    // Over plain HTTP no certificate authority is needed, and an image of the program alone has none.
    let client = Client::builder().no_proxy().tls_certs_only([]).timeout(timeout).build()?;
    let answer = client.get(url.clone()).send().await.map_err(|error| unreachable(&url, &error))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| unreachable(&url, &error))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    if status == StatusCode::OK {
        Ok(())
    } else {
        Err(format!("the emulator at {url} does not serve: {status}").into())
    }
}

fn url(settings: &HealthSettings) -> Result<Url, Box<dyn Error>> {
    if let Some(url) = &settings.url {
        return Ok(url.clone());
    }
    let named = settings.proxy_port.filter(|port| *port != 0);
    let running = || settings.place.kept().ok().and_then(|folder| read_running(&folder).ok());
    let proxy = match (named, running()) {
        (None, Some(facts)) => facts.proxy,
        (named, _) => format!("http://127.0.0.1:{}", named.unwrap_or(PROXY_PORT)),
    };
    Ok(Url::parse(&format!("{proxy}/health"))?)
}

fn unreachable(url: &Url, error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("no emulator answers at {url}: {cause}; is it started, and on that port?")
}
