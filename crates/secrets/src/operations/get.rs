//! Reading secrets, by name or by identifier.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Client, Error, Operation, ResourceId, Result,
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
    let request = request_of(client, kind, id);
    Call::json(client.pipeline().clone(), &GET_BY_ID, request)
}

fn request_of(client: &Client, kind: &'static ObjectKind, id: &str) -> Result<Request> {
    let id: ResourceId = id.parse()?;
    let refused = |why: String| Err(Error::invalid_input(format!("the id {id} {why}")));
    if id.vault_url() != client.endpoint() {
        return refused(format!(
            "is of another vault than {}: make a client of that vault",
            client.endpoint()
        ));
    }
    if id.collection() != kind.collection {
        return refused(format!("is of {}, not of {}", id.collection(), kind.collection));
    }
    if id.is_deleted() {
        return refused(
            "is of a deleted secret: read it with get_deleted_secret(name), or recover it with begin_recover_deleted_secret(name)"
                .to_owned(),
        );
    }
    let mut target = Target::latest(client.clone(), kind, id.name());
    if let Some(version) = id.version() {
        target.set_version(version);
    }
    target.request(Method::Get, None)
}
