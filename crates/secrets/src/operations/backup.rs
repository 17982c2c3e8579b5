//! Backing up secrets, and restoring them.

use azure_core::http::Method;
use azvault_core::{Call, Client, Operation, object::Target, retry::Charge};

use crate::{SecretBackup, SecretProperties, client::advice};

static BACKUP: Operation = Operation::idempotent("backup_secret").with_advice(advice);
// A restore that is sent twice meets what the first one made.
static RESTORE: Operation = Operation::makes_version("restore_secret_backup")
    .charging(Charge::CreatesSecret)
    .with_advice(advice);

pub(crate) fn backup(target: &Target) -> Call<SecretBackup> {
    let request = target.request(Method::Post, Some("backup"));
    Call::json(target.client().pipeline().clone(), &BACKUP, request)
}

pub(crate) fn restore(client: &Client, backup: &SecretBackup) -> Call<SecretProperties> {
    let request = client.request_json(Method::Post, &["secrets", "restore"], backup);
    Call::json(client.pipeline().clone(), &RESTORE, request)
}
