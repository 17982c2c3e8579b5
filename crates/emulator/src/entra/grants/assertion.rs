//! Assertions: a token that the application signed by its certificate, or one that another issuer gave it.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/certificate-credentials> and
//! <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Number, Value};
use time::{
    Duration, OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description,
};

use super::Call;
use crate::{
    clock::wall_now,
    entra::{
        principals::{Application, Certificate},
        refusal::Refusal,
    },
    host::Site,
};

/// How far clocks may be apart.
const LEEWAY: Duration = Duration::minutes(5);
/// Of the public cloud, and of the sovereign ones.
const EXCHANGE_AUDIENCES: [&str; 3] = [
    "api://AzureADTokenExchange",
    "api://AzureADTokenExchangeUSGov",
    "api://AzureADTokenExchangeChina",
];
const DOCUMENTATION: &str = "Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .";
const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:7]Z");

#[derive(Deserialize)]
struct Header {
    x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
    kid: Option<String>,
    #[serde(default)]
    x5c: Vec<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: Number,
    nbf: Option<Number>,
}

/// Checks `assertion` as far as something is known of `application`; of one that is not listed, its form and time, and
/// its signature where it brings the certificate along.
pub(super) fn check(
    call: &Call<'_>,
    assertion: &str,
    client_id: &str,
    application: Option<&Application>,
) -> Result<(), Refusal> {
    let (header, claims) = parse(assertion).ok_or_else(|| {
        Refusal::bad("invalid_request", 50_027, "JWT token is invalid or malformed.")
    })?;
    in_time(&claims)?;
    // An application without any credential signs in with anything.
    let application = application.filter(|application| !application.has_no_credential());
    if claims.iss.eq_ignore_ascii_case(client_id) && claims.sub.eq_ignore_ascii_case(client_id) {
        audience(call, &claims)?;
        certificate(assertion, &header, client_id, application)
    } else {
        application.map_or(Ok(()), |application| federated(&claims, client_id, application))
    }
}

fn parse(assertion: &str) -> Option<(Header, Claims)> {
    let mut parts = assertion.split('.');
    let (header, claims) = (json(parts.next()?)?, json(parts.next()?)?);
    (parts.next().is_some() && parts.next().is_none()).then_some((header, claims))
}

fn json<T: DeserializeOwned>(part: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn time(number: &Number) -> OffsetDateTime {
    let seconds = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64));
    seconds
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn in_time(claims: &Claims) -> Result<(), Refusal> {
    let now = wall_now();
    let from = claims.nbf.as_ref().map_or(OffsetDateTime::UNIX_EPOCH, time);
    let until = time(&claims.exp);
    if now.saturating_add(LEEWAY) >= from && now <= until.saturating_add(LEEWAY) {
        return Ok(());
    }
    let text = |time: OffsetDateTime| time.format(SECONDS).unwrap_or_default();
    Err(Refusal::client(
        700_024,
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, \
             expiry time of assertion {}. {DOCUMENTATION}",
            text(now),
            text(from),
            text(until)
        ),
    ))
}

/// It has to be made for an authority that is served here.
fn audience(call: &Call<'_>, claims: &Claims) -> Result<(), Refusal> {
    let is_here = |audience: &str| {
        let host = audience.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        host.is_some_and(|host| {
            call.base.strip_prefix("https://") == Some(host) || Site::of(host) == Site::Authority
        })
    };
    let right = match &claims.aud {
        Value::String(audience) => is_here(audience),
        Value::Array(audiences) => audiences.iter().filter_map(Value::as_str).any(is_here),
        _ => false,
    };
    if right {
        return Ok(());
    }
    let text = "Client assertion audience claim does not match Realm issuer.";
    Err(Refusal::client(700_023, format!("{text} {DOCUMENTATION}")))
}

fn certificate(
    assertion: &str,
    header: &Header,
    client_id: &str,
    application: Option<&Application>,
) -> Result<(), Refusal> {
    let means = |certificate: &Certificate| {
        certificate.is(header.x5t.as_deref(), header.x5t_s256.as_deref(), header.kid.as_deref())
    };
    let sent = header
        .x5c
        .first()
        .map(|first| STANDARD.decode(first).ok().and_then(|der| Certificate::from_der(&der).ok()));
    let known = match (application, &sent) {
        (Some(application), _) => application.certificates.iter().find(|known| means(known)),
        (None, Some(sent)) => sent.as_ref(),
        // Nothing is known that its signature could be held against.
        (None, None) => return Ok(()),
    };
    let Some(known) = known else {
        let thumbprint = sent
            .flatten()
            .map(|sent| format!(" Thumbprint of key used by client: '{}',", sent.thumbprint));
        return Err(Refusal::client(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on \
                 application. [Reason - The key was not found.,{} Please visit the Azure Portal, Graph Explorer or \
                 directly use MS Graph to see configured keys for app Id '{client_id}'.]",
                thumbprint.unwrap_or_default()
            ),
        ));
    };
    let reason = if known.has_expired(wall_now()) {
        "The key used is expired."
    } else if known.signed(assertion) {
        return Ok(());
    } else {
        "The provided signature value did not match the expected signature value."
    };
    Err(Refusal::client(
        700_027,
        format!(
            "Client assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: \
             '{}'.]",
            known.thumbprint
        ),
    ))
}

fn federated(claims: &Claims, client_id: &str, application: &Application) -> Result<(), Refusal> {
    if application.federated.is_empty() {
        let text =
            format!("The client '{client_id}' has no configured federated identity credentials.");
        return Err(Refusal::client(70_025, text));
    }
    let Claims { iss, sub, aud, .. } = claims;
    let audience = match aud {
        Value::Array(audiences) => audiences.first().and_then(Value::as_str),
        other => other.as_str(),
    };
    let audience = audience.unwrap_or_default();
    let presented = |what: &str, value: &str| {
        format!(
            "No matching federated identity record found for presented assertion {what} '{value}'. Check your \
             federated identity credential Subject, Audience and Issuer against the presented assertion. \
             https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
        )
    };
    let of_issuer: Vec<_> =
        application.federated.iter().filter(|known| known.issuer == *iss).collect();
    if of_issuer.is_empty() {
        Err(Refusal::client(700_211, presented("issuer", iss)))
    } else if !EXCHANGE_AUDIENCES.contains(&audience) {
        Err(Refusal::client(700_212, presented("audience", audience)))
    } else if !of_issuer.iter().any(|known| known.subject == *sub) {
        Err(Refusal::client(700_213, presented("subject", sub)))
    } else {
        Ok(())
    }
}
