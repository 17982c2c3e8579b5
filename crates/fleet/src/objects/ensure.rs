//! Seeing to it that an object is there, once.

use std::time::Duration;

use azvault_core::{ErrorKind, Result, credentials::Env, time::Clock};

use super::{
    Wanted,
    shelf::{Recipe, Shelf},
};

/// What was done so that an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ensured {
    /// Nothing: it was there.
    Found,
    Made,
    Recovered,
}

/// How often it is looked again after an answer that was lost, or a state that passes: 1, 2, 4, 8
/// and then 15 s apart, a minute and a half in all, within which the service ends deletions.
const MOST_LOOKS: u32 = 9;

/// Sees to it that there is an object of this name. Looks first, and looks again after each failure
/// that leaves open whether it was made, so that there is never a second version.
pub(crate) async fn ensure(
    shelf: &Shelf,
    name: &str,
    wanted: &Wanted,
    env: &Env,
    clock: &dyn Clock,
) -> Result<Ensured> {
    let mut recipe = None;
    let mut tried = None;
    let mut looks = 0;
    loop {
        if shelf.has(name).await? {
            return Ok(tried.unwrap_or(Ensured::Found));
        }
        let recipe = match &mut recipe {
            Some(recipe) => recipe,
            none => none.insert(Recipe::of(wanted, env)?),
        };
        let (error, done) = match shelf.make(name, recipe).await {
            Ok(()) => return Ok(Ensured::Made),
            Err(error) if error.kind() == ErrorKind::SoftDeleted => {
                match shelf.recover(name).await {
                    Ok(()) => return Ok(Ensured::Recovered),
                    Err(error) => (error, Ensured::Recovered),
                }
            }
            Err(error) => (error, Ensured::Made),
        };
        let passes = match error.kind() {
            ErrorKind::BeingDeleted | ErrorKind::BeingRecovered => true,
            // Somebody else has recovered or purged it since it was in the way.
            ErrorKind::NotFound => done == Ensured::Recovered,
            _ => false,
        };
        if !passes {
            tried = Some(done);
        }
        looks += 1;
        if !(passes || error.may_have_been_sent()) || looks == MOST_LOOKS {
            return Err(error);
        }
        clock.sleep(Duration::from_secs((1 << (looks - 1).min(4)).min(15))).await;
    }
}
