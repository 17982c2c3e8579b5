//! Plans a fleet and applies the plan, as a program that provisions does: what `it/fleet_killed.rs` kills.
//!
//! The first line of its input says where and what, in JSON; the values of secrets come from its
//! environment. It does not end before its input does, so that whoever wants to kill it always can.
#![expect(clippy::print_stdout, reason = "it tells what it did")]

use std::{error::Error, io};

use azvault_core::{
    credentials::{ClientSecretCredential, Env, Surroundings},
    transport::TransportOptions,
};
use azvault_fleet::{Fleet, Provisioner};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let done = provision(&serde_json::from_str(&line)?).await;
    match &done {
        Ok(report) => println!("{report}"),
        Err(error) => println!("{error}"),
    }
    println!("{}", azvault_tests::APPLIED);
    io::copy(&mut io::stdin(), &mut io::sink())?;
    done.map(drop)
}

async fn provision(told: &Value) -> Result<String, Box<dyn Error>> {
    let text = |name: &str| {
        let text = told.get(name).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| format!("`{name}` is missing"))
    };
    let transport =
        TransportOptions::default().proxy(text("proxy")?).trust_pem(text("ca")?).build()?;
    let surroundings = Surroundings::default()
        .env(Env::from_pairs([("AZURE_AUTHORITY_HOST", text("authority")?)]))
        .transport(transport.clone());
    let credential = ClientSecretCredential::with_surroundings(
        text("tenant")?,
        text("client")?,
        text("secret")?,
        surroundings,
    )?;
    let provisioner = Provisioner::builder(credential)
        .endpoint(text("endpoint")?)
        .transport(transport)
        .build()?;
    let fleet = Fleet::from_toml("fleet.toml", &text("fleet")?)?;
    let plan = provisioner.plan(&fleet).await?;
    let report = provisioner.apply(plan).await;
    match report.has_failures() {
        true => Err(report.to_string().into()),
        false => Ok(report.to_string()),
    }
}
