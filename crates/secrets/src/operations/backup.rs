//! Backups of secrets, and secrets from backups.

use azure_core::http::Method;
use azvault_core::{
    Call, Client, ErrorKind, Operation,
    call::CallOptions,
    object::{RestoreReplace, Target},
    retry::Charge,
};

use crate::{SecretBackup, SecretProperties, client::advice, models::WireBackup};

static BACKUP: Operation = Operation::idempotent("backup_secret").with_advice(advice);
// A second restore meets the first one's secret and fails: only the caller can tell what that means.
static RESTORE: Operation = Operation::makes_version("restore_secret_backup")
    .charging(Charge::CreatesSecret)
    .with_advice(restore_advice);

/// Asks for a backup of the secret that `target` names.
pub(crate) fn backup(target: &Target) -> Call<SecretBackup> {
    let request = target.request(Method::Post, Some("backup"));
    let name = target.name().to_owned();
    Call::json(target.client().pipeline().clone(), &BACKUP, request)
        .map(move |answer: WireBackup| Ok(answer.of(&name)))
}

/// Restores a secret.
pub(crate) fn restore(client: &Client, backup: &SecretBackup) -> Call<SecretProperties> {
    let parameters = backup.parameters();
    let request = client.request_json(Method::Post, &["secrets", "restore"], &parameters);
    Call::json(client.pipeline().clone(), &RESTORE, request)
}

/// Restores a secret over the one of that name.
pub(crate) fn restore_replace(
    target: Target,
    backup: SecretBackup,
) -> RestoreReplace<SecretProperties> {
    let client = target.client().clone();
    let of = backup.name().map(ToOwned::to_owned);
    RestoreReplace::new(target, of, CallOptions::default(), move || restore(&client, &backup))
}

fn restore_advice(kind: ErrorKind) -> Option<&'static str> {
    let taken = "if the secret that holds the name, live or deleted, is to go, use restore_replace(name, backup); right after a purge, try again in some seconds";
    if kind == ErrorKind::Conflict { Some(taken) } else { advice(kind) }
}
