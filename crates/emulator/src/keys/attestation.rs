//! Proof that a key is kept in hardware: `GET /keys/{name}/{version}/attestation`.
//!
//! The real statements are in the HSM vendor's own binary format. Here they are JWS that the emulator's HSM identity
//! signs, its chain beside them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{
    KeyContent,
    bundle::{KeyAttestation, KeyBundle, key_type},
};
use crate::{
    attestation::HsmIdentity,
    locks::lock,
    objects::{Content, version_id},
    vault::{Action, Context, Reply, ServiceError},
};

#[derive(Serialize)]
struct Claim<'a> {
    kid: &'a str,
    kty: &'a str,
    /// `private` never leaves the HSM unless it is exportable.
    part: &'static str,
    exportable: bool,
    /// The bundle that the statement is about.
    key: &'a KeyBundle<'a>,
}

pub(super) fn get(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::Get, Some(name))?;
    let mut store = lock(&context.vault.keys);
    let object = store.readable(name, context.now())?;
    let found = object.version(version)?;
    if !found.content.hsm {
        return Err(ServiceError::bad_parameter(format!(
            "Key {name} is of type '{}': only keys in an HSM can be attested.",
            key_type(found)
        )));
    }
    let failed = || ServiceError::internal("The attestation could not be signed.");
    let identity = HsmIdentity::shared().ok_or_else(failed)?;
    let kid = version_id(context, object, found);
    let bundle = KeyBundle::of(context, kid.clone(), object, found);
    let statement = |part| {
        let claim = Claim {
            kid: &kid,
            kty: key_type(found),
            part,
            exportable: object.settings.exportable,
            key: &bundle,
        };
        let signed = identity.sign(&claim)?;
        Some(URL_SAFE_NO_PAD.encode(signed))
    };
    let attestation = KeyAttestation {
        certificate_pem_file: URL_SAFE_NO_PAD.encode(identity.pem()),
        private_key_attestation: statement("private").ok_or_else(failed)?,
        public_key_attestation: statement("public").ok_or_else(failed)?,
        version: "1.0",
    };
    Reply::json(context.site.kind, &bundle.with_attestation(attestation))
}
