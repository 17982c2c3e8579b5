//! How the limits on requests stand.

use http::Method;
use serde_json::json;

use super::{faults::no_content, refusal::Refusal, shown};
use crate::{
    message::{Request, Response},
    router::Router,
};

pub(super) fn answer(router: &Router, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD, Method::DELETE])?;
    if request.method == Method::DELETE {
        router.clear_throttling();
        return Ok(no_content());
    }
    Ok(shown(&json!({"value": router.throttle_state()})))
}
