//! ARM's refusals: status, code and text, as recorded or, where nothing is on record, in plain words.

use std::borrow::Cow;

use http::StatusCode;

use super::names::{GroupId, VaultId};
use crate::vault::ServiceError;

/// A refusal of the management plane.
#[derive(Debug)]
pub(super) struct ArmError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: Cow<'static, str>,
    /// Answered by ARM itself, not by the Key Vault provider behind it.
    pub(super) gateway: bool,
    /// What the refusal is about, where that is told in details.
    pub(super) target: Option<&'static str>,
    /// In seconds.
    pub(super) retry_after: Option<u64>,
}

impl ArmError {
    pub(super) fn gateway(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            gateway: true,
            target: None,
            retry_after: None,
        }
    }

    pub(super) fn provider(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            gateway: false,
            target: None,
            retry_after: None,
        }
    }

    /// A refusal of the data plane, handed on.
    pub(super) fn of_vault(error: ServiceError) -> Self {
        let (status, code, message) = error.into_parts();
        Self::provider(status, code, message)
    }

    pub(super) fn unauthorized(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::gateway(StatusCode::UNAUTHORIZED, code, message)
    }

    pub(super) fn missing_api_version() -> Self {
        Self::gateway(
            StatusCode::BAD_REQUEST,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    }

    /// Too many requests of one caller; `what` names them and where they go.
    pub(super) fn throttled(code: &'static str, what: &str, actor: &str, wait: u64) -> Self {
        let message = format!(
            "Number of {what} actor '{actor}' exceeded. Please try again after '{wait}' seconds after additional \
             tokens are available. Refer to https://aka.ms/arm-throttling for additional information."
        );
        Self {
            retry_after: Some(wait),
            ..Self::gateway(StatusCode::TOO_MANY_REQUESTS, code, message)
        }
    }

    pub(super) fn not_registered(message: &'static str) -> Self {
        Self {
            target: Some("Microsoft.KeyVault"),
            ..Self::gateway(StatusCode::CONFLICT, "MissingSubscriptionRegistration", message)
        }
    }

    pub(super) fn invalid_subscription(id: &str) -> Self {
        Self::gateway(
            StatusCode::BAD_REQUEST,
            "InvalidSubscriptionId",
            format!("The provided subscription identifier '{id}' is malformed or invalid."),
        )
    }

    pub(super) fn group_not_found(group: &GroupId) -> Self {
        Self::gateway(
            StatusCode::NOT_FOUND,
            "ResourceGroupNotFound",
            format!("Resource group '{}' could not be found.", group.name),
        )
    }

    pub(super) fn vault_not_found(vault: &VaultId) -> Self {
        Self::resource_not_found("Microsoft.KeyVault/vaults", &vault.name, &vault.group)
    }

    pub(super) fn resource_not_found(kind: &str, name: &str, group: &GroupId) -> Self {
        Self::gateway(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            format!(
                "The Resource '{kind}/{name}' under resource group '{}' was not found. For more details please go to \
                 https://aka.ms/ARMResourceNotFoundFix",
                group.name
            ),
        )
    }

    pub(super) fn deleted_vault_not_found(name: &str) -> Self {
        Self::provider(
            StatusCode::NOT_FOUND,
            "DeletedVaultNotFound",
            format!("There is no deleted vault '{name}' here."),
        )
    }

    pub(super) fn connection_not_found(name: &str) -> Self {
        Self::provider(
            StatusCode::NOT_FOUND,
            "PrivateEndpointConnectionNotFound",
            format!(
                "There is no private endpoint connection '{name}': a private endpoint makes it."
            ),
        )
    }

    pub(super) fn connection_is_busy(name: &str) -> Self {
        Self::provider(
            StatusCode::CONFLICT,
            "ConflictError",
            format!("The private endpoint connection '{name}' is being changed; retry later."),
        )
    }

    pub(super) fn operation_not_found(token: &str) -> Self {
        Self::provider(
            StatusCode::NOT_FOUND,
            "OperationNotFound",
            format!("There is no operation '{token}'."),
        )
    }

    pub(super) fn vault_name_not_valid(name: &str) -> Self {
        Self::provider(
            StatusCode::BAD_REQUEST,
            "VaultNameNotValid",
            format!(
                "The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The \
                 name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens. \
                 Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2147742"
            ),
        )
    }

    pub(super) fn vault_already_exists(name: &str) -> Self {
        Self::provider(
            StatusCode::CONFLICT,
            "VaultAlreadyExists",
            format!(
                "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that \
                 the name is already taken. If you are sure that the vault name was not taken then it is possible \
                 that a vault with the same name was recently deleted but not purged after being placed in a \
                 recoverable state. If the vault is in a recoverable state then the vault will need to be purged \
                 before reusing the name. For more information about VaultAlreadyExists, soft delete and purging a \
                 vault follow this link https://go.microsoft.com/fwlink/?linkid=2147740."
            ),
        )
    }

    /// Another change of the vault was done after this one began.
    pub(super) fn vault_changed(name: &str) -> Self {
        Self::provider(
            StatusCode::CONFLICT,
            "ConflictError",
            format!(
                "A conflict occurred that prevented the operation from completing. The operation failed because the \
                 Key Vault '{name}' changed from the point the operation began. This can happen if parallel \
                 operations are being performed on the Key Vault. To prevent this error, serialize the operations so \
                 that only one operation is performed on the Key Vault at a time. Follow this link for more \
                 information: https://go.microsoft.com/fwlink/?linkid=2147741"
            ),
        )
    }

    pub(super) fn purge_not_allowed() -> Self {
        Self::provider(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "Operation 'DeletedVaultPurge' is not allowed.",
        )
    }

    pub(super) fn location_required() -> Self {
        Self::gateway(
            StatusCode::BAD_REQUEST,
            "LocationRequired",
            "The location property is required for this definition.",
        )
    }

    pub(super) fn group_elsewhere(location: &str, existing: &str) -> Self {
        Self::gateway(
            StatusCode::CONFLICT,
            "InvalidResourceGroupLocation",
            format!(
                "Invalid resource group location '{location}'. The Resource group already exists in location \
                 '{existing}'."
            ),
        )
    }

    pub(super) fn vault_elsewhere(vault: &VaultId, location: &str, existing: &str) -> Self {
        let (name, group) = (&vault.name, &vault.group.name);
        Self::gateway(
            StatusCode::CONFLICT,
            "InvalidResourceLocation",
            format!(
                "The resource '{name}' already exists in location '{existing}' in resource group '{group}'. A \
                 resource with the same name cannot be created in location '{location}'. Please select a new \
                 resource name."
            ),
        )
    }

    /// The body is not the JSON that is needed. What it lacks is told, and no text of it: that may be a secret.
    pub(super) fn invalid_content(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let missing =
            text.split(" at line ").next().filter(|text| text.starts_with("missing field "));
        let missing = missing.map(|text| format!(": {text}")).unwrap_or_default();
        Self::gateway(
            StatusCode::BAD_REQUEST,
            "InvalidRequestContent",
            format!(
                "The request content was invalid and could not be deserialized: line {line}, column {column}{missing}."
            ),
        )
    }

    pub(super) fn body_too_large() -> Self {
        Self::gateway(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestContentTooLarge",
            format!("The request body is larger than {} bytes.", crate::message::MAX_BODY),
        )
    }

    /// The Key Vault provider finds something wrong with a property.
    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::provider(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// ARM finds something wrong with the query or the path.
    pub(super) fn invalid(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::gateway(StatusCode::BAD_REQUEST, code, message)
    }

    /// A filter of more than is `known` here: a longer list would be a wrong answer.
    pub(super) fn filter(known: &str) -> Self {
        Self::invalid(
            "InvalidFilterInQueryString",
            format!("This emulator filters here by {known}, joined by \"and\" or \"or\", only."),
        )
    }

    pub(super) fn unsupported(method: &http::Method, path: &str) -> Self {
        Self::gateway(
            StatusCode::METHOD_NOT_ALLOWED,
            "NotSupportedByEmulator",
            format!("The operation {method} {path} is not supported by this emulator."),
        )
    }

    pub(super) fn internal() -> Self {
        Self::gateway(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "The answer could not be written as JSON.",
        )
    }
}
