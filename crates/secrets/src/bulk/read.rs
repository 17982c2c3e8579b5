//! The one loop that reads many secrets, a few at a time.

use std::{
    future::poll_fn,
    sync::atomic::{AtomicBool, Ordering},
    task::Poll,
};

use azvault_core::{ErrorKind, Result};
use futures::{Stream, StreamExt};

use super::SecretsReport;
use crate::{SecretBundle, SecretClient};

/// How to read.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub(super) client: SecretClient,
    pub(super) concurrency: usize,
    /// Whether the names are from a list: what is then not found was deleted since.
    pub(super) listed: bool,
}

impl Reader {
    /// Gets the secrets of these names, while more names come. Names are asked for only as there is
    /// room for another get, so a long list is never held.
    pub(super) async fn read(
        self,
        names: impl Stream<Item = Result<String>> + Send,
    ) -> SecretsReport {
        let stop = AtomicBool::new(false);
        let mut report = SecretsReport::default();
        {
            let outcomes = names
                // Asked before each name, and not of each: a filter may let none come for long.
                .take_until(poll_fn(|_| match stop.load(Ordering::Relaxed) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }))
                .map(|name| outcome(&self.client, name))
                .buffer_unordered(self.concurrency.max(1));
            futures::pin_mut!(outcomes);
            while let Some(outcome) = outcomes.next().await {
                match outcome {
                    Ok((name, Ok(secret))) => {
                        report.read.insert(name, secret);
                    }
                    Ok((name, Err(error)))
                        if self.listed && error.kind() == ErrorKind::NotFound =>
                    {
                        report.vanished.insert(name);
                    }
                    Ok((name, Err(error))) => {
                        if meets_all(error.kind()) {
                            stop.store(true, Ordering::Relaxed);
                        }
                        report.failed.insert(name, error);
                    }
                    Err(error) => report.listing = Some(error),
                }
            }
        }
        report.stopped = stop.into_inner();
        report
    }
}

async fn outcome(
    client: &SecretClient,
    name: Result<String>,
) -> Result<(String, Result<SecretBundle>)> {
    let name = name?;
    let result = client.get_secret(name.as_str()).send().await;
    Ok((name, result))
}

/// Whether what failed so would fail so for every other secret of the vault: there is no token, the
/// firewall refuses the address, or access policies, which are of the whole vault, do not permit
/// it. A role's refusal is not among them: roles can be assigned for one secret.
fn meets_all(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Authentication | ErrorKind::ForbiddenByFirewall | ErrorKind::ForbiddenByPolicy
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_of_the_whole_vault_stops_the_reading() {
        for kind in [
            ErrorKind::Authentication,
            ErrorKind::ForbiddenByFirewall,
            ErrorKind::ForbiddenByPolicy,
        ] {
            assert!(meets_all(kind), "{kind:?}");
        }
        for kind in [
            ErrorKind::NotFound,
            ErrorKind::Disabled,
            ErrorKind::ForbiddenByRbac,
            ErrorKind::Forbidden,
            ErrorKind::Throttled,
            ErrorKind::Transport,
        ] {
            assert!(!meets_all(kind), "{kind:?}");
        }
    }
}
