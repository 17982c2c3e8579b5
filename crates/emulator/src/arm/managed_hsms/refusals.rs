//! What is refused about managed HSMs. No text is on record: these are our own.

use http::StatusCode;

use super::super::error::ArmError;

impl ArmError {
    pub(super) fn hsm_name_not_valid(name: &str) -> Self {
        Self::bad_request(format!(
            "The managed HSM name '{name}' is invalid: 3 to 24 letters, digits and single hyphens, the first of them a \
             letter, the last no hyphen."
        ))
    }

    pub(super) fn hsm_already_exists(name: &str) -> Self {
        Self::provider(
            StatusCode::CONFLICT,
            "ManagedHsmAlreadyExists",
            format!(
                "The managed HSM name '{name}' is already in use, perhaps by a deleted managed HSM: recover that by the \
                 createMode 'recover' in its group and region, or purge it."
            ),
        )
    }

    pub(in crate::arm) fn hsm_is_being_deleted(name: &str) -> Self {
        Self::provider(
            StatusCode::CONFLICT,
            "ConflictError",
            format!("The managed HSM '{name}' is being deleted; retry later."),
        )
    }

    pub(super) fn deleted_hsm_not_found(name: &str) -> Self {
        Self::provider(
            StatusCode::NOT_FOUND,
            "DeletedManagedHsmNotFound",
            format!("There is no deleted managed HSM '{name}' here."),
        )
    }

    pub(super) fn hsm_purge_not_allowed(name: &str) -> Self {
        Self::provider(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            format!(
                "The managed HSM '{name}' has purge protection: it is purged when its retention ends."
            ),
        )
    }
}
