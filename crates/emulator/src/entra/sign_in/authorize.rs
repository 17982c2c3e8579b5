//! `GET /{tenant}/oauth2/v2.0/authorize`: the browser goes straight back with a code, nobody is asked anything.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>

use http::{HeaderValue, Method, StatusCode, header};
use url::Url;

use super::{
    codes::Code,
    page::{escape, page},
};
use crate::{
    clock::wall_now,
    entra::{
        fields::Fields,
        grants::{Asked, Call, client_of_user},
        refusal::Refusal,
        tokens::Tokens,
    },
    message::{Request, Response},
};

/// Where codes may be taken besides this machine: a page of Entra's own that does nothing.
const NATIVE_CLIENT: &str = "/common/oauth2/nativeclient";

pub(in crate::entra) fn answer(
    tokens: &Tokens,
    base: &str,
    segments: &[&str],
    request: &Request,
) -> Response {
    let fields = if request.method == Method::POST {
        Fields::of_body(request)
    } else {
        Fields::of_query(request)
    };
    Call::of(tokens, base, segments, fields).and_then(|call| back(&call)).unwrap_or_else(
        |refusal| {
            let text = format!("<p>{}</p>", escape(&refusal.description()));
            page(StatusCode::BAD_REQUEST, "Sorry, but we're having trouble signing you in.", &text)
        },
    )
}

fn back(call: &Call<'_>) -> Result<Response, Refusal> {
    let client_id = client_of_user(call)?;
    let redirect_uri = call.required("redirect_uri")?;
    let target = reply_address(call, redirect_uri).ok_or_else(|| {
        let text = format!(
            "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured \
             for the application '{client_id}'. The emulator takes http and https on loopback."
        );
        Refusal::bad("invalid_request", 50_011, text)
    })?;
    let response_type = call.required("response_type")?;
    if response_type != "code" {
        let text = format!("The response_type '{response_type}' is not supported by the emulator.");
        return Err(Refusal::bad("unsupported_response_type", 700_054, text));
    }
    let challenge = call.form.get("code_challenge");
    if challenge.is_some() && call.form.get("code_challenge_method") != Some("S256") {
        let text = "The emulator takes a code_challenge by the code_challenge_method S256 alone.";
        return Err(Refusal::bad("invalid_request", 501_491, text));
    }
    let directory = &call.tokens.directory;
    let upn = call.form.get("login_hint").unwrap_or_else(|| directory.default_user());
    let user = directory.sign_in(upn).ok_or_else(|| Refusal::unknown_user(&call.tenant))?;
    let code = Code {
        client_id: client_id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        challenge: challenge.map(str::to_owned),
        user: user.with_appid(client_id),
        asked: Asked::required(&call.form)?,
        nonce: call.form.get("nonce").map(str::to_owned),
    };
    let code =
        call.tokens.sign_ins.issue(code, wall_now()).ok_or_else(|| {
            Refusal::internal(&std::io::Error::other("there are no random bytes"))
        })?;
    let mut fields = vec![("code", code.as_str())];
    fields.extend(call.form.get("state").map(|state| ("state", state)));
    match call.form.get("response_mode") {
        Some("form_post") => Ok(posted(redirect_uri, &fields)),
        Some("fragment") => redirect(target, &fields, true),
        _ => redirect(target, &fields, false),
    }
}

/// This machine, or Entra's page for programs without a server: a code is worth a token.
fn reply_address(call: &Call<'_>, text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    let local = matches!(url.host_str()?, "localhost" | "127.0.0.1" | "[::1]");
    let native = text == format!("{}{NATIVE_CLIENT}", call.base);
    (web && (local || native)).then_some(url)
}

fn redirect(mut target: Url, fields: &[(&str, &str)], fragment: bool) -> Result<Response, Refusal> {
    if fragment {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(fields);
        target.set_fragment(Some(&pairs.finish()));
    } else {
        target.query_pairs_mut().extend_pairs(fields);
    }
    let location =
        HeaderValue::from_str(target.as_str()).map_err(|error| Refusal::internal(&error))?;
    let mut response = page(StatusCode::FOUND, "Signed in", "");
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// A form that the browser sends by itself.
fn posted(redirect_uri: &str, fields: &[(&str, &str)]) -> Response {
    let inputs: String = fields
        .iter()
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value))
        })
        .collect();
    let form = format!(
        "<form method=\"post\" action=\"{}\">\n{inputs}<button>Continue</button></form>\n\
         <script>document.forms[0].submit()</script>",
        escape(redirect_uri)
    );
    page(StatusCode::OK, "Signed in", &form)
}
