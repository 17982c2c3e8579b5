//! A seed's keys: made, or brought along.

use http::Method;
use serde_json::{Value, json};

use super::{
    file::Key,
    pem,
    plan::{Step, attributes},
    sources::Sources,
};

const TYPES: [&str; 4] = ["RSA", "RSA-HSM", "EC", "EC-HSM"];
const SIZES: [u32; 3] = [2048, 3072, 4096];
pub(super) const CURVES: [&str; 4] = ["P-256", "P-384", "P-521", "P-256K"];

pub(super) fn step(key: &Key, sources: &Sources) -> Result<Step, String> {
    let attributes = attributes(key.enabled, key.not_before.as_deref(), key.expires.as_deref())?;
    let brought = brought(key, sources)?;
    match (brought, &key.r#type) {
        (Some(mut jwk), None) => {
            if key.size.is_some() || key.curve.is_some() {
                return Err(
                    "the size and the curve of a key that is brought along are its own".to_owned()
                );
            }
            if let (Some(operations), Some(jwk)) = (&key.operations, jwk.as_object_mut()) {
                jwk.insert("key_ops".to_owned(), json!(operations));
            }
            Ok(Step {
                method: Method::PUT,
                path: format!("keys/{}", key.name),
                body: json!({"Hsm": key.hsm, "key": jwk, "attributes": attributes, "tags": key.tags}),
                rehearsed: None,
            })
        }
        (None, Some(kind)) => made(key, kind, &attributes),
        (Some(_), Some(_)) => {
            Err("give a 'type', or a key by pem, pem_file or jwk_file; not both".to_owned())
        }
        (None, None) => Err(format!(
            "give a 'type' ({}), or a key by pem, pem_file or jwk_file",
            TYPES.join(", ")
        )),
    }
}

/// The JWK of a key that somebody made elsewhere.
fn brought(key: &Key, sources: &Sources) -> Result<Option<Value>, String> {
    match (&key.pem, &key.pem_file, &key.jwk_file) {
        (None, None, None) => Ok(None),
        (Some(text), None, None) => pem::jwk(text).map(Some),
        (None, Some(name), None) => {
            let text = sources.text(name)?;
            pem::jwk(&text).map(Some).map_err(|what| format!("{name}: {what}"))
        }
        (None, None, Some(name)) => {
            let text = sources.text(name)?;
            let jwk: Value = serde_json::from_str(&text)
                .map_err(|error| format!("{name}: no JSON at line {}", error.line()))?;
            if jwk.is_object() {
                Ok(Some(jwk))
            } else {
                Err(format!("{name}: a JSON web key is an object"))
            }
        }
        _ => Err("only one of pem, pem_file, jwk_file can be given".to_owned()),
    }
}

fn made(key: &Key, kind: &str, attributes: &Value) -> Result<Step, String> {
    if !TYPES.contains(&kind) {
        return Err(format!("the types of keys are {}", TYPES.join(", ")));
    }
    let kind = match key.hsm {
        Some(true) if !kind.ends_with("-HSM") => format!("{kind}-HSM"),
        Some(false) if kind.ends_with("-HSM") => {
            return Err("a type that ends in -HSM is in hardware: leave 'hsm' out".to_owned());
        }
        _ => kind.to_owned(),
    };
    check(kind.starts_with("EC"), key.size, key.curve.as_deref(), "size")?;
    let body = |kind: &str, size: Option<u32>, curve: Option<&str>| {
        json!({
            "kty": kind, "key_size": size, "crv": curve, "key_ops": key.operations,
            "attributes": attributes, "tags": key.tags,
        })
    };
    let rehearsed = kind.starts_with("RSA").then(|| body(&kind.replace("RSA", "EC"), None, None));
    Ok(Step {
        method: Method::POST,
        path: format!("keys/{}/create", key.name),
        body: body(&kind, key.size, key.curve.as_deref()),
        rehearsed,
    })
}

/// Whether size or curve are those of a key of that type; `size_name` is the field's.
pub(super) fn check(
    is_ec: bool,
    size: Option<u32>,
    curve: Option<&str>,
    size_name: &str,
) -> Result<(), String> {
    match (is_ec, size, curve) {
        (true, Some(_), _) => Err(format!("an EC key has a 'curve', no '{size_name}'")),
        (false, _, Some(_)) => Err(format!("an RSA key has a '{size_name}', no 'curve'")),
        (true, None, Some(curve)) if !CURVES.contains(&curve) => {
            Err(format!("the curves are {}", CURVES.join(", ")))
        }
        (false, Some(size), None) if !SIZES.contains(&size) => {
            Err("an RSA key has 2048, 3072 or 4096 bits".to_owned())
        }
        _ => Ok(()),
    }
}
