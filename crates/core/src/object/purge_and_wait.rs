//! Purging a deleted object, and waiting until it is gone.

use std::time::Duration;

use azure_core::http::Method;

use super::{
    Target,
    begin::task_builder,
    task::{Done, LIMIT, Loss, Task},
};
use crate::{Error, ErrorKind, Result, call::CallOptions};

const PURGED: Loss = Loss {
    state: "purged, but can still be read as deleted",
    advice: "nothing is left to do but to wait: look for it in some seconds",
};

/// Purges a deleted object and waits until it cannot be read any more.
///
/// A deletion that is not done yet is waited for. For some seconds after the end the service may
/// still refuse the name to a new object; a recreation sees that through.
#[must_use = "a call is sent when it is awaited"]
pub struct PurgeAndWait {
    target: Target,
    options: CallOptions,
    limit: Duration,
}

impl PurgeAndWait {
    /// Of the object that `target` names.
    pub fn new(target: Target) -> Self {
        Self { target, options: CallOptions::default(), limit: LIMIT }
    }

    /// Sends the calls; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// `NotFound` if no object of that name is deleted; `BeingRecovered`; `Forbidden`, at once, if
    /// the vault has purge protection; `Timeout`, with the service's last word as its source.
    pub async fn send(self) -> Result<()> {
        let Self { target, options, limit } = self;
        let operation = &target.kind().purge_and_wait;
        let mut task = Task::new(target, operation, (limit, options), PURGED);
        loop {
            let call = task.plain(task.target.deleted_request(Method::Delete, None));
            match task.send(call).await {
                Ok(()) => break,
                // An attempt before may have purged it without telling us.
                Err(error) if error.kind() == ErrorKind::NotFound && error.attempts() > 1 => break,
                Err(error) if error.kind() == ErrorKind::BeingDeleted => task.pause(error).await?,
                Err(error) => return Err(error),
            }
        }
        task.reached(Done::Purged);
        while task.is_deleted().await? {
            let last = Error::new(ErrorKind::BeingDeleted, "it can still be read as deleted");
            task.pause(last).await?;
        }
        Ok(())
    }
}

task_builder!(PurgeAndWait, [], ());
