//! What models have in common: reading their fields.

/// Methods that read optional fields: `[text]`, `[ref Type]`, `[copy Type]` and `[list Type]`, which
/// is empty where the service gives none.
macro_rules! accessors {
    ($type:ident { $($(#[$doc:meta])* $name:ident: [$($kind:tt)+] = $($field:ident).+;)+ }) => {
        impl $type {
            $($crate::models::accessors! { @[$($kind)+] $(#[$doc])* $name $($field).+ })+
        }
    };
    (@[text] $(#[$doc:meta])* $name:ident $($field:ident).+) => {
        $(#[$doc])*
        pub fn $name(&self) -> Option<&str> {
            self.$($field).+.as_deref()
        }
    };
    (@[ref $type:ty] $(#[$doc:meta])* $name:ident $($field:ident).+) => {
        $(#[$doc])*
        pub fn $name(&self) -> Option<&$type> {
            self.$($field).+.as_ref()
        }
    };
    (@[copy $type:ty] $(#[$doc:meta])* $name:ident $($field:ident).+) => {
        $(#[$doc])*
        pub fn $name(&self) -> Option<$type> {
            self.$($field).+
        }
    };
    (@[list $type:ty] $(#[$doc:meta])* $name:ident $($field:ident).+) => {
        $(#[$doc])*
        pub fn $name(&self) -> &[$type] {
            self.$($field).+.as_deref().unwrap_or_default()
        }
    };
}
pub(crate) use accessors;

/// What every resource tells of itself, for types with a field `base: Base`.
macro_rules! resource_accessors {
    ($($type:ident),+) => {$(
        impl $type {
            /// Its resource id.
            pub fn id(&self) -> &str {
                self.base.id.as_deref().unwrap_or_default()
            }

            /// Its name: what its id ends with where the service tells no other.
            pub fn name(&self) -> &str {
                self.base.name()
            }

            /// Its type, `Microsoft.KeyVault/vaults` for instance.
            pub fn resource_type(&self) -> &str {
                self.base.r#type.as_deref().unwrap_or_default()
            }

            /// Who made it and who changed it last, and when.
            pub fn system_data(&self) -> Option<&$crate::SystemData> {
                self.base.system_data.as_ref()
            }
        }
    )+};
}
pub(crate) use resource_accessors;

/// The region and the tags, for types with the fields `location` and `tags`.
macro_rules! tracked_accessors {
    ($($type:ident),+) => {$(
        impl $type {
            /// The region it is in, as whoever made it wrote it.
            pub fn location(&self) -> &str {
                self.location.as_deref().unwrap_or_default()
            }

            /// Its tags.
            pub fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
                self.tags.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
            }
        }
    )+};
}
pub(crate) use tracked_accessors;

/// The name of the resource group, from the id.
macro_rules! resource_group_accessor {
    ($($type:ident),+) => {$(
        impl $type {
            /// The name of its resource group, from its id.
            ///
            /// # Errors
            /// `InvalidResponse` if the id holds none.
            pub fn resource_group(&self) -> azvault_core::Result<&str> {
                self.base.resource_group()
            }
        }
    )+};
}
pub(crate) use resource_group_accessor;

/// What is told of keys and secrets alike, for types with a method `attributes`.
macro_rules! object_accessors {
    ($($type:ident),+) => {$(
        impl $type {
            /// Whether it may be used.
            pub fn enabled(&self) -> bool {
                self.attributes().is_none_or(|it| it.enabled)
            }

            /// The time before which it is not meant to be used.
            pub fn not_before(&self) -> Option<azure_core::time::OffsetDateTime> {
                self.attributes()?.not_before
            }

            /// The time after which it is not meant to be used.
            pub fn expires_on(&self) -> Option<azure_core::time::OffsetDateTime> {
                self.attributes()?.expires_on
            }

            /// When this version was made.
            pub fn created_on(&self) -> Option<azure_core::time::OffsetDateTime> {
                self.attributes()?.created_on
            }

            /// When it was changed last.
            pub fn updated_on(&self) -> Option<azure_core::time::OffsetDateTime> {
                self.attributes()?.updated_on
            }

            /// Its version; none in a list.
            pub fn version(&self) -> Option<&str> {
                self.uri_with_version()?.trim_end_matches('/').rsplit('/').next()
            }
        }
    )+};
}
pub(crate) use object_accessors;
