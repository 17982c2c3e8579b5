//! Reading secrets, by name or by identifier.

use azure_core::http::Method;
use azvault_core::{
    Call, Client, Operation,
    call::CallOptions,
    call_builder,
    object::{ObjectKind, Target},
    version_setter,
};

use crate::{SecretBundle, SecretContentType, client::advice};

static GET: Operation = Operation::idempotent("get_secret").with_advice(advice);
static GET_BY_ID: Operation = Operation::idempotent("get_secret_by_id").with_advice(advice);

/// Gets a secret; made by [`SecretClient::get_secret`](crate::SecretClient::get_secret).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct GetSecret {
    target: Target,
    out_content_type: Option<SecretContentType>,
    options: CallOptions,
}

impl GetSecret {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, out_content_type: None, options: CallOptions::default() }
    }

    /// The form in which a certificate's secret is given. The service converts PFX to PEM and
    /// nothing else, since API version 2025-07-01.
    pub fn out_content_type(mut self, content_type: SecretContentType) -> Self {
        self.out_content_type = Some(content_type);
        self
    }

    fn call(self) -> Call<SecretBundle> {
        let mut request = self.target.request(Method::Get, None);
        if let (Ok(request), Some(content_type)) = (&mut request, &self.out_content_type) {
            let mut query = request.url_mut().query_pairs_mut();
            query.append_pair("outContentType", content_type.as_str());
        }
        Call::json(self.target.client().pipeline().clone(), &GET, request)
    }
}

version_setter!(GetSecret);
call_builder!(GetSecret => SecretBundle);

/// Gets the secret, of this kind and in this client's vault, that an identifier names.
pub(crate) fn by_id(client: &Client, kind: &'static ObjectKind, id: &str) -> Call<SecretBundle> {
    let request = Target::of_id(client.clone(), kind, id)
        .and_then(|target| target.request(Method::Get, None));
    Call::json(client.pipeline().clone(), &GET_BY_ID, request)
}
