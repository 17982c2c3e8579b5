//! A seed, sent: what is not there yet is made.

use std::error::Error;

use http::Method;

use super::{bytes_of, refusal::Refusal, shown};
use crate::{
    message::{Request, Response},
    router::Router,
    seed::{Seed, sow},
    state::NotWritten,
};

pub(super) async fn answer(router: &Router, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::POST])?;
    let text = std::str::from_utf8(bytes_of(request)?);
    let text = text.map_err(|_| Refusal::bad("The body is not UTF-8."))?;
    let seed = Seed::from_elsewhere(text).map_err(|error| refused(&error))?;
    sow(router, &seed).await.map(|report| shown(&report)).map_err(|error| refused(&error))
}

/// With the cause, which tells the place and repeats no value.
pub(super) fn refused(error: &crate::Error) -> Refusal {
    let cause = error.source();
    if let Some(error) = cause.and_then(|cause| cause.downcast_ref::<NotWritten>()) {
        return Refusal::not_written(error);
    }
    match cause {
        Some(cause) => Refusal::bad(format!("{error}: {cause}")),
        None => Refusal::bad(error.to_string()),
    }
}
