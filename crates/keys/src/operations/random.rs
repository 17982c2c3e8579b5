//! Random bytes from an HSM.

use azure_core::http::{Method, Request};
use azvault_core::{Call, Client, Error, Operation, Result, SecretBytes};
use serde::Serialize;

use crate::{client::advice, models::WireRandomBytes};

static RANDOM: Operation = Operation::idempotent("get_random_bytes").with_advice(advice);

/// The most bytes of one call, as the service says in its refusal.
const MOST: u32 = 128;

#[derive(Serialize)]
struct Parameters {
    count: u32,
}

/// Asks for so many bytes.
pub(crate) fn random_bytes(client: &Client, count: u32) -> Call<SecretBytes> {
    Call::json(client.pipeline().clone(), &RANDOM, request(client, count)).map(
        move |answer: WireRandomBytes| {
            let bytes = answer.value.0;
            // Fewer than were asked for would make a weaker key than the caller thinks.
            if bytes.expose().len() == count as usize {
                return Ok(bytes);
            }
            let got = bytes.expose().len();
            Err(Error::new(
                azvault_core::ErrorKind::InvalidResponse,
                format!("the service gave {got} random bytes where {count} were asked for"),
            ))
        },
    )
}

fn request(client: &Client, count: u32) -> Result<Request> {
    if !(1..=MOST).contains(&count) {
        return Err(Error::invalid_input(format!(
            "{count} random bytes cannot be asked for: a call gives 1 to {MOST}"
        )));
    }
    client.request_json(Method::Post, &["rng"], &Parameters { count })
}
