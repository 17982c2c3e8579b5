//! Faults, ordered and looked after.

use http::{Method, StatusCode};
use serde_json::json;

use super::{refusal::Refusal, seed::refused, shown};
use crate::{
    faults::{FaultOrder, Faults},
    message::{Request, Response, json_response},
};

/// All of them.
pub(super) fn answer(faults: &Faults, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD, Method::POST, Method::DELETE])?;
    match request.method {
        Method::POST => {
            let order: FaultOrder = super::body(request)?;
            let placed = faults.place(order).map_err(|error| refused(&error))?;
            let report =
                faults.get(placed.id()).ok_or_else(|| missing(&placed.id().to_string()))?;
            Ok(json_response(StatusCode::CREATED, &report))
        }
        Method::DELETE => {
            faults.clear();
            Ok(no_content())
        }
        _ => Ok(shown(&json!({"pending": faults.pending(), "value": faults.list()}))),
    }
}

/// One, by its number.
pub(super) fn one(faults: &Faults, id: &str, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD, Method::DELETE])?;
    let number: u64 = id.parse().map_err(|_| missing(id))?;
    if request.method == Method::DELETE {
        return if faults.cancel(number) { Ok(no_content()) } else { Err(missing(id)) };
    }
    faults.get(number).map(|report| shown(&report)).ok_or_else(|| missing(id))
}

pub(super) fn no_content() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn missing(id: &str) -> Refusal {
    let message =
        format!("No fault has the number '{id}': GET /admin/faults lists those on order.");
    Refusal::new(StatusCode::NOT_FOUND, "FaultNotFound", message)
}
