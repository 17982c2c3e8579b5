//! Random bytes, which managed HSMs give.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    host::VaultKind,
    objects::json,
    vault::{Context, Reply, ServiceError},
};

const MAX_COUNT: i64 = 128;

#[derive(Deserialize)]
struct Body {
    count: Option<i64>,
}

#[derive(Serialize)]
struct RandomBytes {
    value: String,
}

pub(super) fn bytes(context: &Context<'_>, body: &[u8]) -> Result<Reply, ServiceError> {
    if context.site.kind != VaultKind::ManagedHsm {
        return Err(ServiceError::bad_parameter("Random bytes are given by managed HSMs only."));
    }
    context.authorize_random_bytes()?;
    let body: Body = json(body)?;
    let count = body.count.ok_or_else(|| ServiceError::required("count"))?;
    let count = usize::try_from(count)
        .ok()
        .filter(|_| (1..=MAX_COUNT).contains(&count))
        .ok_or_else(|| {
            ServiceError::bad_parameter(format!(
                "GetRandomBytesRequest: count cannot be greater than {MAX_COUNT} or less than 1"
            ))
        })?;
    let mut bytes = vec![0; count];
    rand::fill(&mut bytes).map_err(|_| ServiceError::internal("There are no random numbers."))?;
    let value = URL_SAFE_NO_PAD.encode(bytes);
    Reply::json(context.site.kind, &RandomBytes { value })
}
