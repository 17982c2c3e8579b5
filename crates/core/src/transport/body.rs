//! Reading an answer's body, within a limit, into memory that is wiped.

use azure_core::http::{AsyncRawResponse, RawResponse};
use futures::StreamExt;

use super::{TransportError, TransportErrorKind};
use crate::{headers, secret::WipedBuffer};

/// Reads the whole answer, at most `limit` bytes, into memory that is wiped when it is dropped.
pub(crate) async fn read_body(
    response: AsyncRawResponse,
    limit: usize,
) -> azure_core::Result<RawResponse> {
    let too_large = || TransportError::new(TransportErrorKind::TooLarge, None).into_azure();
    let (status, headers, body) = response.deconstruct();
    let announced = headers::get(&headers, &headers::CONTENT_LENGTH)
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = WipedBuffer::with_capacity(announced.unwrap_or(0));
    let mut body = std::pin::pin!(body);
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend(&chunk);
    }
    if announced.is_some_and(|length| length > bytes.len()) {
        return Err(TransportError::new(TransportErrorKind::Body, None).into_azure());
    }
    Ok(RawResponse::from_bytes(status, headers, bytes.into_bytes()))
}

/// The same answer, which was read whole before: its body is one piece, and is not copied again.
/// Azure_core's own way copies it, to memory that is not wiped.
pub(crate) async fn into_raw(response: AsyncRawResponse) -> azure_core::Result<RawResponse> {
    let (status, headers, mut body) = response.deconstruct();
    let first = body.next().await.transpose()?.unwrap_or_default();
    let Some(second) = body.next().await.transpose()? else {
        return Ok(RawResponse::from_bytes(status, headers, first));
    };
    // A policy of the user's own has put another answer in the place of ours.
    let mut bytes = WipedBuffer::with_capacity(first.len() + second.len());
    bytes.extend(&first);
    bytes.extend(&second);
    while let Some(chunk) = body.next().await {
        bytes.extend(&chunk?);
    }
    Ok(RawResponse::from_bytes(status, headers, bytes.into_bytes()))
}

#[cfg(test)]
mod tests {
    use azure_core::http::{StatusCode, headers::Headers};
    use bytes::Bytes;

    use super::*;

    fn response(length: Option<&str>, chunks: &[&'static str]) -> AsyncRawResponse {
        let mut headers = Headers::new();
        if let Some(length) = length {
            headers.insert("content-length", length.to_owned());
        }
        let chunks: Vec<_> = chunks.iter().map(|c| Ok(Bytes::from_static(c.as_bytes()))).collect();
        AsyncRawResponse::new(StatusCode::Ok, headers, futures::stream::iter(chunks).boxed())
    }

    fn kind(error: &azure_core::Error) -> TransportErrorKind {
        error.downcast_ref::<TransportError>().unwrap().kind()
    }

    #[tokio::test]
    async fn a_body_is_read_whole_with_or_without_its_length() {
        for length in [None, Some("6")] {
            let read = read_body(response(length, &["abc", "def"]), 10).await.unwrap();
            assert_eq!(read.body().as_ref(), b"abcdef");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_announced_or_not() {
        for length in [None, Some("6")] {
            let error = read_body(response(length, &["abc", "def"]), 5).await.unwrap_err();
            assert_eq!(kind(&error), TransportErrorKind::TooLarge);
        }
    }

    #[tokio::test]
    async fn a_body_shorter_than_announced_is_an_error() {
        let error = read_body(response(Some("7"), &["abc"]), 10).await.unwrap_err();
        assert_eq!(kind(&error), TransportErrorKind::Body);
    }

    #[tokio::test]
    async fn an_answer_that_was_read_whole_is_not_copied_again() {
        let body = Bytes::from(vec![7; 100]);
        let whole = AsyncRawResponse::from_bytes(StatusCode::Ok, Headers::new(), body.clone());
        let raw = into_raw(whole).await.unwrap();
        assert_eq!(raw.body().as_ptr(), body.as_ptr());
        let pieces = into_raw(response(None, &["a", "", "bc", "d"])).await.unwrap();
        assert_eq!(pieces.body().as_ref(), b"abcd");
    }
}
