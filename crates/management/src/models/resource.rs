//! What all resources of Resource Manager have in common.

use std::collections::BTreeMap;

use azure_core::time::OffsetDateTime;
use azvault_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::{accessors, lenient, resource_accessors, resource_group_accessor, tracked_accessors};

azvault_core::service_enum! {
    /// What somebody is who made or changed a resource.
    pub enum IdentityType ignoring case {
        /// A user.
        User = "User",
        /// An application.
        Application = "Application",
        /// A managed identity.
        ManagedIdentity = "ManagedIdentity",
        /// A key.
        Key = "Key",
    }
}

/// Who made a resource and who changed it last, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SystemData {
    created_by: Option<String>,
    created_by_type: Option<IdentityType>,
    #[serde(deserialize_with = "lenient::time")]
    created_at: Option<OffsetDateTime>,
    last_modified_by: Option<String>,
    last_modified_by_type: Option<IdentityType>,
    #[serde(deserialize_with = "lenient::time")]
    last_modified_at: Option<OffsetDateTime>,
}

accessors!(SystemData {
    /// Who made it: an object id or a user's name.
    created_by: [text] = created_by;
    /// What that is.
    created_by_type: [ref IdentityType] = created_by_type;
    /// When it was made.
    created_on: [copy OffsetDateTime] = created_at;
    /// Who changed it last.
    last_modified_by: [text] = last_modified_by;
    /// What that is.
    last_modified_by_type: [ref IdentityType] = last_modified_by_type;
    /// When it was changed last.
    last_modified_on: [copy OffsetDateTime] = last_modified_at;
});

/// The members that every resource has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Base {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) r#type: Option<String>,
    pub(crate) system_data: Option<SystemData>,
}

impl Base {
    /// A vault tells of its private endpoints without their names, by which they are approved.
    pub(crate) fn name(&self) -> &str {
        let last = || self.id.as_deref()?.rsplit('/').next();
        self.name.as_deref().or_else(last).unwrap_or_default()
    }

    pub(crate) fn resource_group(&self) -> Result<&str> {
        let id = self.id.as_deref().unwrap_or_default();
        let mut segments = id.split('/');
        segments.find(|segment| segment.eq_ignore_ascii_case("resourceGroups"));
        segments.next().ok_or_else(|| {
            let message = format!("the resource's id {id:?} holds no resource group");
            Error::new(ErrorKind::InvalidResponse, message)
        })
    }
}

/// A resource as Resource Manager's own lists give it: without its properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Resource {
    #[serde(flatten)]
    base: Base,
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

resource_accessors!(Resource);
tracked_accessors!(Resource);
resource_group_accessor!(Resource);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_cannot_be_read_does_not_hide_the_rest() {
        let data: SystemData = serde_json::from_str(
            r#"{"createdBy":"ann","createdByType":"user","createdAt":"yesterday","lastModifiedAt":"2022-04-07T07:16:46.413Z","new":1}"#,
        )
        .unwrap();
        assert_eq!(data.created_by(), Some("ann"));
        assert_eq!(data.created_by_type(), Some(&IdentityType::User));
        assert_eq!(data.created_on(), None);
        assert_eq!(data.last_modified_on().unwrap().year(), 2022);
    }

    #[test]
    fn a_resource_without_anything_is_still_one() {
        let resource: Resource = serde_json::from_str(r#"{"tags":null,"id":null}"#).unwrap();
        assert_eq!((resource.id(), resource.location()), ("", ""));
        assert_eq!(resource.resource_group().unwrap_err().kind(), ErrorKind::InvalidResponse);
    }
}
