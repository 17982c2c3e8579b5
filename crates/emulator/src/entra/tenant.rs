//! The tenant that a path names.

use uuid::Uuid;

use super::{refusal::Refusal, tokens::Tokens};

const ANY: [&str; 4] = ["common", "organizations", "consumers", "adfs"];

/// The tenant that a path's first segment stands for: a GUID is itself, the name of a domain is the emulator's own.
///
/// Where those who are not listed are let in, every GUID is a tenant; otherwise only the emulator's own.
pub(super) fn tenant_of(tokens: &Tokens, segment: &str) -> Result<String, Refusal> {
    let own = &tokens.tenant_id;
    let lower = segment.to_ascii_lowercase();
    if own.eq_ignore_ascii_case(segment) || ANY.contains(&lower.as_str()) || is_domain(&lower) {
        return Ok(own.clone());
    }
    match Uuid::parse_str(segment) {
        Ok(guid) if tokens.directory.lets_others_in() => Ok(guid.to_string()),
        Ok(_) => Err(Refusal::bad(
            "invalid_request",
            90_002,
            format!(
                "Tenant '{segment}' not found. Check to make sure you have the correct tenant ID and are signing \
                 into the correct cloud. Check with your subscription administrator, this may happen if there are \
                 no active subscriptions for the tenant."
            ),
        )),
        Err(_) => Err(Refusal::bad(
            "invalid_request",
            900_023,
            format!(
                "Specified tenant identifier '{segment}' is neither a valid DNS name, nor a valid external domain."
            ),
        )),
    }
}

fn is_domain(name: &str) -> bool {
    name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}
