//! What is told of a vault is written before.

use super::{ServiceError, Vault};
use crate::{router::Router, whole};

impl Vault {
    /// Refuses while what was done to it cannot be written; to be asked before more is done.
    pub(crate) async fn able(&self, router: &Router) -> Result<(), ServiceError> {
        if !router.ledger.is_kept() {
            return Ok(());
        }
        let ticket = router.vaults.ticket_of(self);
        router.ledger.able(ticket).await.map_err(ServiceError::not_written)
    }

    /// Hands over what was done to it, by whomever, and waits until it is written; to be asked before anything is told.
    pub(crate) async fn written(&self, router: &Router) -> Result<(), ServiceError> {
        if !router.ledger.is_kept() {
            return Ok(());
        }
        if router.vaults.names_changed() {
            // With what the management plane knows of these names: the process may end after any batch.
            whole::hand_over(router);
        }
        let ticket = router.vaults.hand_over_of(&router.ledger, self);
        router.ledger.written(ticket).await.map_err(ServiceError::not_written)
    }
}
