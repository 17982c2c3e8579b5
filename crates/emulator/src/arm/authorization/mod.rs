//! Microsoft.Authorization: role definitions, and role assignments at the scopes that vaults have.
//!
//! Whoever has a good token may read and write them here, as he may all of the management plane.

mod assignments;
mod definitions;
mod filter;
mod refusals;
mod target;

use http::Method;
use time::{OffsetDateTime, macros::format_description};
use uuid::Uuid;

use super::{Context, error::ArmError, reply::Reply};
use crate::roles::Scope;
pub(super) use target::{Collection, Target};

/// `None` for what this emulator does not do.
pub(super) fn answer(
    context: &Context<'_>,
    method: &Method,
    target: &Target,
) -> Option<Result<Reply, ArmError>> {
    let Target { place, collection, name } = target;
    Some(match (method.as_str(), collection, name) {
        ("GET", Collection::Definitions, None) => definitions::list(context, place),
        ("GET", Collection::Definitions, Some(name)) => definitions::get(context, place, name),
        ("PUT", Collection::Definitions, Some(name)) => definitions::put(context, place, name),
        ("DELETE", Collection::Definitions, Some(name)) => {
            definitions::delete(context, place, name)
        }
        ("GET", Collection::Assignments, None) => assignments::list(context, place),
        ("GET", Collection::Assignments, Some(name)) => assignments::get(context, place, name),
        ("PUT", Collection::Assignments, Some(name)) => assignments::put(context, place, name),
        ("DELETE", Collection::Assignments, Some(name)) => {
            assignments::delete(context, place, name)
        }
        _ => return None,
    })
}

/// The id of a role as answers for `scope` name it: of its subscription, if there is one.
fn role_id(scope: &Scope, role: Uuid) -> String {
    let mut segments = scope.path().split('/').skip(1);
    let subscription = match (segments.next(), segments.next()) {
        (Some(collection), Some(id)) if collection.eq_ignore_ascii_case("subscriptions") => {
            format!("/subscriptions/{id}")
        }
        _ => String::new(),
    };
    format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}")
}

fn timestamp(at: OffsetDateTime) -> String {
    at.format(format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:7]Z"
    ))
    .unwrap_or_default()
}
