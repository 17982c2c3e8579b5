//! The whole state: taken, put back, thrown away. A snapshot holds every secret in the clear.

use http::{HeaderValue, Method, header};

use super::{bytes_of, faults::no_content, refusal::Refusal, seed::refused};
use crate::{
    message::{Request, Response},
    router::Router,
    snapshot::Snapshot,
};

pub(super) async fn snapshot(router: &Router, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD, Method::PUT])?;
    if request.method == Method::PUT {
        let snapshot = Snapshot::from_bytes(bytes_of(request)?).map_err(|error| refused(&error))?;
        router.restore(&snapshot).await.map_err(|error| refused(&error))?;
        return Ok(no_content());
    }
    let snapshot = router.snapshot().await.map_err(|error| refused(&error))?;
    let mut response = Response::new(snapshot.to_bytes().into());
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

pub(super) async fn reset(router: &Router, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::POST])?;
    router.reset().await.map_err(|error| refused(&error))?;
    Ok(no_content())
}
