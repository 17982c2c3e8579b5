//! What every kind of object has, done to a certificate and to its key and secret alike.

use time::OffsetDateTime;

use super::CertificateContent;
use crate::{
    locks::lock,
    objects::{self, Content, Store},
    vault::{Context, ObjectRoute, Reply, ServiceError, VaultProperties},
};

/// What follows for the key and the secret.
enum Step {
    Delete,
    Recover,
    Purge,
}

pub(super) fn answer(
    context: &Context<'_>,
    route: ObjectRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    let (step, name) = match &route {
        ObjectRoute::Delete { name } => (Some(Step::Delete), name.clone()),
        ObjectRoute::Recover { name } => (Some(Step::Recover), name.clone()),
        ObjectRoute::Purge { name } => (Some(Step::Purge), name.clone()),
        _ => (None, String::new()),
    };
    let _turn = lock(&context.vault.certificates.turn);
    let reply = objects::answer::<CertificateContent>(context, route, body)?;
    if let Some(step) = step {
        let now = context.now();
        step.take(&mut lock(&context.vault.keys), &name, now, context.properties);
        step.take(&mut lock(&context.vault.secrets), &name, now, context.properties);
    }
    Ok(reply)
}

impl Step {
    /// A certificate that was never issued has neither key nor secret: then there is nothing to do.
    fn take<C: Content>(
        &self,
        store: &mut Store<C>,
        name: &str,
        now: OffsetDateTime,
        properties: &VaultProperties,
    ) {
        let _: Result<(), ServiceError> = match self {
            Self::Delete if store.is_managed(name, now) => {
                store.delete(name, now, properties).map(|_| ())
            }
            Self::Recover if store.is_managed(name, now) => {
                store.recover(name, now, properties).map(|_| ())
            }
            Self::Purge if store.is_managed(name, now) => store.purge(name, now, properties),
            _ => Ok(()),
        };
    }
}
