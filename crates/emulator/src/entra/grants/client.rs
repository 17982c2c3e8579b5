//! What an application shows to prove who it is: a secret, or an assertion.

use super::{Call, assertion};
use crate::entra::refusal::Refusal;

/// Microsoft's own applications that people sign in with; every tenant has them.
const FIRST_PARTY: [&str; 4] = [
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46", // Azure CLI and the SDKs
    "1950a258-227b-4e31-a9cf-717495945fc2", // Azure PowerShell
    "872cd9fa-d31f-45e0-9eab-6e460a02d1f1", // Visual Studio
    "aebc6443-996d-45c2-90f0-388ff96faa56", // Visual Studio Code
];

/// Checks that the application is who it says, where something is known of it.
pub(super) fn authenticate(call: &Call<'_>, client_id: &str) -> Result<(), Refusal> {
    let directory = &call.tokens.directory;
    let application = directory.application(client_id);
    if application.is_none() && !directory.lets_others_in() {
        return Err(Refusal::unknown_application(client_id, &call.tenant));
    }
    if let Some(assertion) = call.form.get("client_assertion") {
        if call.form.get("client_assertion_type").is_none() {
            return Err(Refusal::missing("client_assertion_type"));
        }
        return assertion::check(call, assertion, client_id, application);
    }
    let Some(secret) = call.form.get("client_secret") else {
        return Err(Refusal::client(
            7_000_216,
            "'client_assertion', 'client_secret' or 'request' is required for the \
             'client_credentials' grant type.",
        ));
    };
    if application.is_some_and(|application| !application.knows_secret(secret)) {
        return Err(Refusal::client(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client \
                 secret value, not the client secret ID, for a secret added to app '{client_id}'."
            ),
        ));
    }
    Ok(())
}

/// The application that a user signs in with: it may show nothing, but what it shows must be right.
pub(in crate::entra) fn of_user(call: &Call<'_>) -> Result<String, Refusal> {
    let client_id = call.required("client_id")?;
    let first_party = FIRST_PARTY.iter().any(|id| id.eq_ignore_ascii_case(client_id));
    let shows = call.form.first(&["client_secret", "client_assertion"]).is_some();
    let directory = &call.tokens.directory;
    if shows {
        authenticate(call, client_id)?;
    } else if !first_party
        && !directory.lets_others_in()
        && directory.application(client_id).is_none()
    {
        return Err(Refusal::unknown_application(client_id, &call.tenant));
    }
    Ok(client_id.to_owned())
}
