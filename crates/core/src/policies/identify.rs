//! Names the program and the call: `User-Agent` and `x-ms-client-request-id`.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{
    Context, Request,
    headers::HeaderName,
    policies::{Policy, PolicyResult},
};

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
const USER_AGENT: HeaderName = HeaderName::from_static("user-agent");

/// Sets the two headers once a call, so that its attempts can be told to belong together.
#[derive(Debug)]
pub(crate) struct Identify {
    user_agent: String,
}

impl Identify {
    pub(crate) fn new(application_id: Option<&str>) -> Self {
        let sdk = concat!("azvault-rust/", env!("CARGO_PKG_VERSION"));
        let platform = format!("({}; {})", std::env::consts::OS, std::env::consts::ARCH);
        let user_agent = match application_id {
            Some(application) => format!("{application} {sdk} {platform}"),
            None => format!("{sdk} {platform}"),
        };
        Self { user_agent }
    }
}

#[async_trait]
impl Policy for Identify {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        request.insert_header(USER_AGENT, self.user_agent.clone());
        if request.headers().get_optional_str(&CLIENT_REQUEST_ID).is_none() {
            request.insert_header(CLIENT_REQUEST_ID, uuid::Uuid::new_v4().to_string());
        }
        super::call_next(ctx, request, next).await
    }
}
