//! What every kind of object has, done to a certificate and to its key and secret alike.

use super::CertificateContent;
use crate::{
    locks::lock,
    objects,
    vault::{Context, ObjectRoute, Reply, ServiceError},
};

pub(super) fn answer(
    context: &Context<'_>,
    route: ObjectRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    let moved = match &route {
        ObjectRoute::Delete { name }
        | ObjectRoute::Recover { name }
        | ObjectRoute::Purge { name } => Some(name.clone()),
        _ => None,
    };
    let _turn = lock(&context.vault.certificates.turn);
    let reply = objects::answer::<CertificateContent>(context, route, body)?;
    if let Some(name) = moved {
        // Not done to each by the clock: what is in transition would be so for longer than the certificate, and be
        // left behind by whoever takes the certificate on at once.
        let certificates = lock(&context.vault.certificates.store);
        lock(&context.vault.keys).follow(&name, &certificates);
        lock(&context.vault.secrets).follow(&name, &certificates);
    }
    Ok(reply)
}
