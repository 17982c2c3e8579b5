//! What all cryptographic operations have in common.

use azure_core::http::Method;
use azvault_core::{Call, Operation, Result, object::Target};
use serde::{Serialize, de::DeserializeOwned};

/// Posts `parameters` to `verb` below the key's URL and reads the answer as `W`.
pub(super) fn post<W, T>(
    target: &Target,
    operation: &'static Operation,
    verb: &str,
    parameters: Result<&impl Serialize>,
) -> Call<T>
where
    W: DeserializeOwned + 'static,
    T: TryFrom<W, Error = azvault_core::Error> + 'static,
{
    let request = parameters.and_then(|p| target.request_json(Method::Post, Some(verb), p));
    Call::json(target.client().pipeline().clone(), operation, request).map(W::try_into)
}
