//! Between azure_core's HTTP types and those of the `http` crate.

use azure_core::{
    error::{Error, ErrorKind},
    http::{
        Body, Request,
        headers::{HeaderName as AzureName, HeaderValue as AzureValue, Headers},
    },
};
use bytes::Bytes;
use futures::TryStreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

fn invalid(error: impl Into<http::Error>) -> Error {
    Error::with_error(ErrorKind::DataConversion, error.into(), "the request is not valid HTTP")
}

pub(super) fn method(request: &Request) -> azure_core::Result<Method> {
    Method::try_from(request.method().as_ref()).map_err(invalid)
}

pub(super) fn headers(request: &Request) -> azure_core::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers().iter() {
        let name = HeaderName::try_from(name.as_str()).map_err(invalid)?;
        headers.append(name, HeaderValue::try_from(value.as_str()).map_err(invalid)?);
    }
    Ok(headers)
}

pub(super) async fn body(request: &Request) -> azure_core::Result<Bytes> {
    match request.body() {
        Body::Bytes(bytes) => Ok(bytes.clone()),
        Body::SeekableStream(stream) => {
            Ok(stream.clone().try_collect::<Vec<Bytes>>().await?.concat().into())
        }
    }
}

/// azure_core holds one value a name: repeated headers are joined, as HTTP allows.
pub(super) fn response_headers(from: &HeaderMap) -> Headers {
    let mut headers = Headers::new();
    for name in from.keys() {
        let values: Vec<&str> =
            from.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        headers
            .insert(AzureName::from(name.as_str().to_owned()), AzureValue::from(values.join(", ")));
    }
    headers
}
