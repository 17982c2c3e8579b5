//! `Operations_List`: the actions of the Key Vault provider, which roles are made of.
//!
//! <https://learn.microsoft.com/azure/role-based-access-control/permissions/security#microsoftkeyvault>

mod table;

use http::StatusCode;
use serde::Serialize;

use super::{error::ArmError, reply::Reply};
use table::{CONTROL, DATA};

const PROVIDER: &str = "Microsoft.KeyVault";

/// What is acted on, as roles and as people call it, and what is done to it, likewise.
type Actions = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    name: String,
    is_data_action: bool,
    display: Display,
}

#[derive(Serialize)]
struct Display {
    provider: &'static str,
    resource: &'static str,
    operation: String,
    description: String,
}

#[derive(Serialize)]
struct List {
    value: Vec<Operation>,
}

pub(super) fn list() -> Result<Reply, ArmError> {
    let value = [(CONTROL, false), (DATA, true)]
        .into_iter()
        .flat_map(|(actions, data)| actions.iter().flat_map(move |actions| all(*actions, data)))
        .collect();
    Ok(Reply::json(StatusCode::OK, &List { value })?.by_provider())
}

fn all((path, resource, verbs): Actions, is_data_action: bool) -> impl Iterator<Item = Operation> {
    verbs.iter().map(move |(verb, title)| {
        let name = [PROVIDER, path, verb].into_iter().filter(|part| !part.is_empty());
        Operation {
            name: name.collect::<Vec<_>>().join("/"),
            is_data_action,
            display: Display {
                provider: "Microsoft Key Vault",
                resource,
                operation: format!("{title} {resource}"),
                description: format!("{title} {resource}."),
            },
        }
    })
}
