//! Where a name stands, and the steps that set it free.

use azure_core::http::Method;
use futures::{TryStreamExt, pin_mut};
use serde::Deserialize;

use super::{
    Attributes, RecoveryLevel,
    conflict::in_transition,
    task::{Done, Task, may_pass},
};
use crate::{Call, ErrorKind, Pager, Result};

/// What a name is taken by, as far as it can be seen. One that is being deleted, recovered or
/// purged looks free; only the attempt to take it tells.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    Live(Option<RecoveryLevel>),
    Deleted(Option<RecoveryLevel>),
    Free,
}

/// All that is read of an object: no value and no material.
#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    attributes: Attributes,
}

const UNSEEN: &str = "grant `get`: what is purged cannot be brought back, so nothing is deleted before it is known that it may be purged";

impl Task {
    /// Looks where the name stands.
    pub(super) async fn look(&mut self) -> Result<Standing> {
        let level = |seen: Seen| seen.attributes.recovery_level;
        match self.insist(Self::read).await {
            Ok(seen) => return Ok(Standing::Live(level(seen))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // It cannot be read, but its versions can be listed.
            Err(error) if error.kind() == ErrorKind::Disabled => {
                return match self.level_of_versions().await {
                    Ok(level) => Ok(Standing::Live(level)),
                    Err(unlisted) => Err(self.failed(unlisted.with_advice(UNSEEN))),
                };
            }
            Err(error) if error.status().map(u16::from) == Some(403) => {
                return Err(self.failed(error.with_advice(UNSEEN)));
            }
            Err(error) => return Err(self.failed(error)),
        }
        match self.insist(Self::read_deleted).await {
            Ok(seen) => Ok(Standing::Deleted(level(seen))),
            Err(error) => match error.kind() {
                ErrorKind::NotFound => Ok(Standing::Free),
                ErrorKind::Disabled => Ok(Standing::Deleted(None)),
                _ => Err(self.failed(error)),
            },
        }
    }

    /// Does what comes next to set the name free, and gives where it stands then.
    pub(super) async fn clear(&mut self, standing: Standing) -> Result<Standing> {
        match standing {
            Standing::Free => Ok(Standing::Free),
            Standing::Live(level) => self.delete(level).await,
            Standing::Deleted(level) => self.purge(level).await,
        }
    }

    async fn delete(&mut self, level: Option<RecoveryLevel>) -> Result<Standing> {
        if self.done > Done::Nothing {
            let why = "is there again: somebody else recovered it or made it in the meantime";
            return Err(self.refuse(ErrorKind::Conflict, why));
        }
        self.check(level.as_ref())?;
        let call = self.plain(self.target.request(Method::Delete, None));
        match self.send(call).await {
            Ok(()) if level == Some(RecoveryLevel::Purgeable) => {
                self.reached(Done::Purged);
                Ok(Standing::Free)
            }
            Ok(()) => {
                self.reached(Done::Deleted);
                Ok(Standing::Deleted(level))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // An attempt before may have deleted it without telling us.
                if error.attempts() > 1 {
                    self.reached(Done::Deleted);
                }
                // Not at once: a service that says both live and not found would be asked for ever.
                self.pause(error).await?;
                self.look().await
            }
            Err(error) if in_transition(&error) => {
                self.pause(error).await?;
                self.look().await
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    async fn purge(&mut self, level: Option<RecoveryLevel>) -> Result<Standing> {
        self.check(level.as_ref())?;
        let call = self.plain(self.target.deleted_request(Method::Delete, None));
        match self.send(call).await {
            Ok(()) => {
                self.reached(Done::Purged);
                Ok(Standing::Free)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // Purged by an attempt that did not tell, or by somebody else.
                self.reached(Done::Purged);
                Ok(Standing::Free)
            }
            Err(error) if error.kind() == ErrorKind::BeingDeleted => {
                self.pause(error).await?;
                Ok(Standing::Deleted(level))
            }
            Err(error)
                if in_transition(&error) || may_pass(&error) && self.done > Done::Nothing =>
            {
                self.pause(error).await?;
                self.look().await
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Refuses what would end in a name that nothing can free.
    fn check(&self, level: Option<&RecoveryLevel>) -> Result<()> {
        match level {
            Some(level) if !level.allows_purge() => Err(self.refuse(
                ErrorKind::Forbidden,
                &format!(
                    "cannot be purged before its retention ends: its recovery level is {level}, that of purge protection; nothing was deleted or purged"
                ),
            )),
            _ => Ok(()),
        }
    }

    fn read(&self) -> Call<Seen> {
        let request = self.target.request(Method::Get, None);
        Call::json(self.target.client().pipeline().clone(), self.operation, request)
    }

    /// The recovery level that any version tells. The first page may have none and another one yet.
    async fn level_of_versions(&mut self) -> Result<Option<RecoveryLevel>> {
        loop {
            let request = self.target.request(Method::Get, Some("versions"));
            let client = self.target.client().clone();
            let versions = Pager::<Seen>::new(client, self.operation, request);
            let levels = versions
                .with_options(self.options())
                .try_filter_map(async |seen| Ok(seen.attributes.recovery_level));
            pin_mut!(levels);
            match levels.try_next().await {
                Err(error) if self.done > Done::Nothing && may_pass(&error) => {
                    self.pause(error).await?;
                }
                level => return level,
            }
        }
    }

    fn read_deleted(&self) -> Call<Seen> {
        let request = self.target.deleted_request(Method::Get, None);
        Call::json(self.target.client().pipeline().clone(), self.operation, request)
    }

    /// Whether the deleted object can still be read.
    pub(super) async fn is_deleted(&mut self) -> Result<bool> {
        match self.insist(Self::read_deleted).await {
            Ok(_) => Ok(true),
            Err(error) => match (error.kind(), error.status().map(u16::from)) {
                (ErrorKind::Disabled, _) => Ok(true),
                // Who may not read it must believe the purge's answer.
                (ErrorKind::NotFound, _) | (_, Some(403)) => Ok(false),
                _ => Err(self.failed(error)),
            },
        }
    }

    /// A call whose answer says nothing but that it was done.
    pub(super) fn plain(&self, request: Result<azure_core::http::Request>) -> Call<()> {
        let pipeline = self.target.client().pipeline().clone();
        Call::new(pipeline, self.operation, request, |_| Ok(()))
    }
}
