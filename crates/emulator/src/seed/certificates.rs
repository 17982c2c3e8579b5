//! A seed's certificates: signed by themselves, or brought along.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};

use super::{
    file::Certificate,
    keys,
    plan::{Step, attributes},
    sources::Sources,
};

const PEM: &str = "application/x-pem-file";
const PFX: &str = "application/x-pkcs12";
const KEY_TYPES: [&str; 4] = ["RSA", "RSA-HSM", "EC", "EC-HSM"];

pub(super) fn step(certificate: &Certificate, sources: &Sources) -> Result<Step, String> {
    let it = certificate;
    let attributes = attributes(it.enabled, None, None)?;
    let (env, file) = (it.password_from_env.as_ref(), it.password_file.as_ref());
    let names = ["password", "password_from_env", "password_file"];
    let password = sources.one(names, it.password.as_ref(), env, file)?;
    let brought = match (&it.file, &it.pem) {
        (Some(_), Some(_)) => return Err("give a 'file' or a 'pem', not both".to_owned()),
        (Some(name), None) => Some(sources.file(name)?),
        (None, Some(text)) => Some(text.clone().into_bytes()),
        (None, None) => None,
    };
    let Some(brought) = brought else {
        if password.is_some() {
            return Err("a password is that of a 'file'".to_owned());
        }
        return made(it, &attributes);
    };
    let own = it.subject.is_some()
        || it.dns_names.is_some()
        || it.validity_months.is_some()
        || it.key_type.is_some()
        || it.key_size.is_some()
        || it.curve.is_some();
    if own {
        return Err("subject, dns_names, validity_months, key_type, key_size and curve of a certificate that is \
                    brought along are its own"
            .to_owned());
    }
    let pem = std::str::from_utf8(&brought).ok().filter(|text| text.contains("-----BEGIN "));
    let (value, content_type) = match pem {
        // As the service wants the lines of a PEM file.
        Some(text) => (text.replace('\r', ""), PEM),
        None => (STANDARD.encode(&brought), PFX),
    };
    let content_type = it.content_type.as_deref().unwrap_or(content_type);
    let mut policy = json!({"secret_props": {"contentType": content_type}});
    if let (Some(exportable), Some(policy)) = (it.exportable, policy.as_object_mut()) {
        policy.insert("key_props".to_owned(), json!({"exportable": exportable}));
    }
    Ok(Step {
        method: Method::POST,
        path: format!("certificates/{}/import", it.name),
        body: json!({
            "value": value, "pwd": password, "policy": policy, "attributes": attributes, "tags": it.tags,
        }),
        rehearsed: None,
    })
}

fn made(it: &Certificate, attributes: &Value) -> Result<Step, String> {
    let subject = match (&it.subject, it.dns_names.as_deref()) {
        (Some(subject), _) => subject.clone(),
        (None, Some([first, ..])) => format!("CN={first}"),
        _ => {
            return Err("give a 'file' or a 'pem' with the certificate and its key, or a 'subject' such as \
                        \"CN=example.com\" for a new one"
                .to_owned());
        }
    };
    let kind = it.key_type.as_deref().unwrap_or("RSA");
    if !KEY_TYPES.contains(&kind) {
        return Err(format!("the types of keys are {}", KEY_TYPES.join(", ")));
    }
    let is_ec = kind.starts_with("EC");
    keys::check(is_ec, it.key_size, it.curve.as_deref(), "key_size")?;
    let body = |kind: &str, size: Option<u32>, curve: Option<&str>| {
        json!({
            "policy": {
                "issuer": {"name": "Self"},
                "key_props": {"kty": kind, "key_size": size, "crv": curve, "exportable": it.exportable, "reuse_key": false},
                "secret_props": {"contentType": it.content_type.as_deref().unwrap_or(PFX)},
                "x509_props": {
                    "subject": subject,
                    "sans": {"dns_names": it.dns_names},
                    "validity_months": it.validity_months,
                },
            },
            "attributes": attributes,
            "tags": it.tags,
        })
    };
    let curve = is_ec.then(|| it.curve.as_deref().unwrap_or("P-256"));
    let size = if is_ec { None } else { Some(it.key_size.unwrap_or(2048)) };
    let rehearsed = (!is_ec).then(|| body(&kind.replace("RSA", "EC"), None, Some("P-256")));
    Ok(Step {
        method: Method::POST,
        path: format!("certificates/{}/create", it.name),
        body: body(kind, size, curve),
        rehearsed,
    })
}
