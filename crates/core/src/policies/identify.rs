//! Names the program and the call: `User-Agent` and `x-ms-client-request-id`.

use azure_core::http::Request;

use crate::headers::{self, CLIENT_REQUEST_ID, USER_AGENT};

/// Sets the two headers once a call, so that its attempts can be told to belong together.
#[derive(Debug)]
pub(crate) struct Identity {
    user_agent: String,
}

impl Identity {
    pub(crate) fn new(application_id: Option<&str>) -> Self {
        let sdk = concat!("azvault-rust/", env!("CARGO_PKG_VERSION"));
        let platform = format!("({}; {})", std::env::consts::OS, std::env::consts::ARCH);
        let user_agent = match application_id {
            Some(application) => format!("{application} {sdk} {platform}"),
            None => format!("{sdk} {platform}"),
        };
        Self { user_agent }
    }

    /// A request id of the caller's own is kept.
    pub(super) fn put_on(&self, request: &mut Request) {
        request.insert_header(USER_AGENT, self.user_agent.clone());
        if headers::get(request.headers(), &CLIENT_REQUEST_ID).is_none() {
            request.insert_header(CLIENT_REQUEST_ID, uuid::Uuid::new_v4().to_string());
        }
    }
}
