//! Making an object under a name that another one holds: the other is deleted and purged first.

use std::{sync::Arc, time::Duration};

use azure_core::http::Method;
use serde::de::DeserializeOwned;

use super::{
    Target,
    begin::task_builder,
    conflict::{in_transition, is_conflict, is_of_service, named},
    standing::Standing,
    task::{Done, LIMIT, Loss, Task, may_pass},
};
use crate::{Call, Error, ErrorKind, Result, call::CallOptions};

type Make<T> = Arc<dyn Fn() -> Call<T> + Send + Sync>;

const NOT_MADE: Loss = Loss {
    state: "purged, and not made again",
    advice: "call it again: nothing is in its way but the time that the service takes",
};
const NOT_RESTORED: Loss = Loss {
    state: "purged and not restored: it exists in the backup alone",
    advice: "keep the backup, and call it again with it: it goes on from there",
};
const UNNAMED: &str = "what is purged cannot be brought back: if the backup is of this name, delete what holds it, purge that with purge_and_wait(name), and restore the backup some seconds later; keep it until then";

/// Makes an object anew: deletes and purges the one that holds the name, whatever became of it so
/// far, and makes the new one as soon as the service gives the name free.
#[must_use = "a call is sent when it is awaited"]
pub struct Recreate<T> {
    target: Target,
    make: Make<T>,
    options: CallOptions,
    limit: Duration,
}

impl<T: Send + 'static> Recreate<T> {
    /// Makes by `make` what `target` names; `options` are those of each call.
    pub fn new(
        target: Target,
        options: CallOptions,
        make: impl Fn() -> Call<T> + Send + Sync + 'static,
    ) -> Self {
        Self { target, make: Arc::new(make), options, limit: LIMIT }
    }

    /// Sends the calls; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// `Forbidden`, before anything is deleted, if the vault has purge protection; `Conflict` if
    /// somebody else makes or recovers the object meanwhile; `Timeout`, with the service's last
    /// word as its source. The message says what was done before.
    pub async fn send(self) -> Result<T> {
        let Self { target, make, options, limit } = self;
        // What is wrong with the new object itself is known before the old one is gone.
        make().check()?;
        let operation = &target.kind().recreate;
        let mut task = Task::new(target, operation, (limit, options), NOT_MADE);
        let mut standing = task.look().await?;
        loop {
            standing = match standing {
                Standing::Free => match task.send(make()).await {
                    Ok(made) => return Ok(made),
                    Err(error) => task.after_refusal(error).await?,
                },
                taken => task.clear(taken).await?,
            };
        }
    }
}

task_builder!(Recreate, [T: Send + 'static], T);

impl Task {
    /// Where the name stands after the service refused it to a new object with `error`.
    async fn after_refusal(&mut self, error: Error) -> Result<Standing> {
        let again = match error.kind() {
            ErrorKind::SoftDeleted => true,
            // Right after a purge some services have no better word for it.
            ErrorKind::Conflict => self.done > Done::Nothing,
            _ => {
                in_transition(&error)
                    || self.done > Done::Nothing && may_pass(&error) && !error.may_have_been_sent()
            }
        };
        if again { self.look_after(error).await } else { Err(self.failed(error)) }
    }

    /// Looks at once if there must be something to be cleared away, and after a pause if not.
    async fn look_after(&mut self, error: Error) -> Result<Standing> {
        let settled = matches!(error.kind(), ErrorKind::SoftDeleted | ErrorKind::Conflict);
        if settled && self.done == Done::Nothing {
            let standing = self.look().await?;
            if !matches!(standing, Standing::Free) {
                return Ok(standing);
            }
        }
        self.pause(error).await?;
        self.look().await
    }
}

/// Restores a backup over the object that holds its name: deletes and purges that one first.
///
/// It begins by restoring. So a backup that cannot be restored here, being damaged or of another
/// geography, or for want of the permission, is found out before anything is deleted. Nothing is
/// deleted, either, unless it is certain that the object is what is in the way of the backup: the
/// backup is known to be of this name, or the service's conflict names it.
///
/// **From the purge to the end the object exists in the backup alone.** Keep it until then: an
/// error, or dropping the future, leaves it so, and calling it again goes on from there.
#[must_use = "a call is sent when it is awaited"]
pub struct RestoreReplace<T> {
    target: Target,
    /// The name of the object in the backup, if it is known.
    of: Option<String>,
    make: Make<T>,
    options: CallOptions,
    limit: Duration,
}

impl<T: DeserializeOwned + Send + 'static> RestoreReplace<T> {
    /// Restores by `restore` what `target` names, from a backup of the object `of`, where that is
    /// known; `options` are those of each call. Reading the object must give a `T` too.
    pub fn new(
        target: Target,
        of: Option<String>,
        options: CallOptions,
        restore: impl Fn() -> Call<T> + Send + Sync + 'static,
    ) -> Self {
        Self { target, of, make: Arc::new(restore), options, limit: LIMIT }
    }

    /// Sends the calls; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// Whatever restoring gives but a conflict, before anything is deleted; `InvalidInput`, before
    /// anything is deleted, if the backup is of another name, as this process knows or the service
    /// says; `Conflict`, before anything is deleted, if it is not certain what is in the way;
    /// `Forbidden`, before anything is deleted, if the vault has purge protection; `Conflict` if
    /// somebody else makes or recovers the object meanwhile; `Timeout`, with the service's last
    /// word as its source. The message says what was done before.
    pub async fn send(self) -> Result<T> {
        let Self { target, of, make, options, limit } = self;
        target.segments(None)?;
        let operation = &target.kind().restore_replace;
        let mut task = Task::new(target, operation, (limit, options), NOT_RESTORED);
        task.check_backup(of.as_deref())?;
        let mut certain = of.is_some();
        let mut standing = Standing::Free;
        loop {
            let error = match standing {
                Standing::Free => match task.send(make()).await {
                    Ok(made) => return Ok(made),
                    Err(error) => error,
                },
                taken => {
                    standing = task.clear(taken).await?;
                    continue;
                }
            };
            if is_conflict(&error) {
                standing = task.after_conflict(error, &mut certain).await?;
                continue;
            }
            if task.done == Done::Nothing || !may_pass(&error) {
                return Err(task.failed(error));
            }
            // It may have been restored although the answer did not come.
            task.pause(error).await?;
            standing = task.look().await?;
            if matches!(standing, Standing::Live(_)) {
                return task.insist(Self::restored).await.map_err(|error| task.failed(error));
            }
        }
    }

    fn restored(task: &Task) -> Call<T> {
        let request = task.target.request(Method::Get, None);
        Call::json(task.target.client().pipeline().clone(), task.operation, request)
    }
}

task_builder!(RestoreReplace, [T: DeserializeOwned + Send + 'static], T);

impl Task {
    /// Refuses the backup of another object.
    fn check_backup(&self, of: Option<&str>) -> Result<()> {
        match of {
            Some(of) if !of.eq_ignore_ascii_case(self.target.name()) => Err(self.refuse(
                ErrorKind::InvalidInput,
                &format!(
                    "cannot be replaced by a backup of the {} '{of}', which keeps its name",
                    self.target.kind().noun
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Where the name stands after the service refused it to the backup with `conflict`. What is
    /// not in the way must not be purged, so it is `certain` first that the conflict is about the
    /// object of the task; until then, a name that others hold is given as free.
    async fn after_conflict(&mut self, conflict: Error, certain: &mut bool) -> Result<Standing> {
        let told = is_of_service(&conflict);
        match named(self.target.kind(), conflict.message()) {
            Some(name) if !name.eq_ignore_ascii_case(self.target.name()) => {
                let why = format!("is not what the backup holds: that is '{name}'");
                let error = self.refuse(ErrorKind::InvalidInput, &why);
                return Err(error.with_source(conflict));
            }
            Some(_) if told => *certain = true,
            _ if *certain && (told || self.done > Done::Nothing) => {}
            // Its end may leave a conflict that tells.
            _ if in_transition(&conflict) => {
                self.pause(conflict).await?;
                return Ok(Standing::Free);
            }
            _ => {
                let why = "may not be what is in the way of the backup: the conflict does not say so; nothing was deleted";
                let error = self.refuse(ErrorKind::Conflict, why);
                return Err(error.with_advice(UNNAMED).with_source(conflict));
            }
        }
        self.look_after(conflict).await
    }
}
