//! What a request costs of a vault's limits, which go by the kind and the size of a key.
//!
//! <https://learn.microsoft.com/azure/key-vault/general/service-limits>

use serde::Deserialize;

use super::Looked;
use crate::{
    crypto::KeySpec,
    locks::lock,
    vault::{Context, KeyRoute},
};

/// What a request does to a key, as limits see it; `weight` is how many uses of a small key it counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyCost {
    /// Of any size: the limits of all are the same.
    Create {
        hsm: bool,
    },
    Use {
        hsm: bool,
        weight: u32,
    },
    Import,
    /// No key in particular, or one that is not there.
    Other,
}

#[derive(Default, Deserialize)]
struct CreateBody {
    kty: Option<String>,
}

pub(crate) fn cost(context: &Context<'_>, route: &KeyRoute, body: &[u8]) -> KeyCost {
    match route {
        KeyRoute::Create { .. } => {
            let CreateBody { kty } = serde_json::from_slice(body).unwrap_or_default();
            KeyCost::Create { hsm: kty.unwrap_or_default().ends_with("-HSM") }
        }
        KeyRoute::Import { .. } => KeyCost::Import,
        KeyRoute::Rotate { name } | KeyRoute::Release { name, .. } => match known(context, name) {
            Some((hsm, _)) => KeyCost::Create { hsm },
            None => KeyCost::Other,
        },
        route => match route.looked() {
            Looked::At(name) => match known(context, name) {
                Some((hsm, weight)) => KeyCost::Use { hsm, weight },
                None => KeyCost::Other,
            },
            Looked::Nothing | Looked::AtAll => KeyCost::Other,
        },
    }
}

/// Whether the key is kept in hardware, and what it weighs.
fn known(context: &Context<'_>, name: &str) -> Option<(bool, u32)> {
    let mut store = lock(&context.vault.keys);
    let content = &store.readable(name, context.now()).ok()?.latest.content;
    let weight = match content.material.spec() {
        KeySpec::Rsa { bits } => weight(bits),
        KeySpec::Ec(_) | KeySpec::Oct { .. } | KeySpec::Okp => 1,
    };
    Some((content.hsm, weight))
}

/// Of an RSA key: the limits of larger ones are a quarter and an eighth.
fn weight(bits: u32) -> u32 {
    match bits {
        0..=2048 => 1,
        2049..=3072 => 4,
        _ => 8,
    }
}
