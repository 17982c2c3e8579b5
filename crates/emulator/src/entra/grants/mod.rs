//! `POST /{tenant}/oauth2/v2.0/token`, and the same of version 1 and of AD FS: the grants.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-protocols>

mod answer;
mod assertion;
mod client;
mod client_credentials;
mod code;
mod device_code;
mod password;
mod refresh_token;
mod scope;

pub(super) use client::of_user as client_of_user;
pub(super) use scope::Asked;

use super::{
    fields::Fields, refusal::Refusal, sign_in::SignIns, tenant::tenant_of, tokens::Tokens,
};
use crate::message::{Request, Response};

/// A call of an endpoint with a form.
pub(super) struct Call<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) sign_ins: &'a SignIns,
    /// `https://` and the host that was asked.
    pub(super) base: &'a str,
    pub(super) tenant: String,
    /// Of version 1: it is asked for a `resource`, and numbers of its answers are strings.
    pub(super) is_v1: bool,
    pub(super) form: Fields,
}

impl<'a> Call<'a> {
    /// `segments` are those of the path, the tenant first.
    pub(super) fn of(
        tokens: &'a Tokens,
        base: &'a str,
        segments: &[&str],
        form: Fields,
    ) -> Result<Self, Refusal> {
        let segment = segments.first().copied().unwrap_or_default();
        // AD FS has no version in its paths, and speaks like the second.
        let is_v1 = !segments.contains(&"v2.0") && !segment.eq_ignore_ascii_case("adfs");
        let tenant = tenant_of(tokens, segment)?;
        Ok(Self { tokens, sign_ins: &tokens.sign_ins, base, tenant, is_v1, form })
    }

    /// What `work` makes of the call that a request is.
    pub(super) fn answer(
        tokens: &Tokens,
        base: &str,
        segments: &[&str],
        request: &Request,
        work: impl FnOnce(&Call<'_>) -> Result<Response, Refusal>,
    ) -> Response {
        Call::of(tokens, base, segments, Fields::of_body(request))
            .and_then(|call| work(&call))
            .unwrap_or_else(Refusal::into_response)
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.form.get(name).ok_or_else(|| Refusal::missing(name))
    }
}

pub(super) fn answer(
    tokens: &Tokens,
    base: &str,
    segments: &[&str],
    request: &Request,
) -> Response {
    Call::answer(tokens, base, segments, request, grant)
}

fn grant(call: &Call<'_>) -> Result<Response, Refusal> {
    match call.required("grant_type")? {
        "client_credentials" => client_credentials::grant(call),
        "password" => password::grant(call),
        "refresh_token" => refresh_token::grant(call),
        "authorization_code" => code::grant(call),
        // The second name is that of version 1.
        "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => device_code::grant(call),
        other => Err(Refusal::bad(
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}
