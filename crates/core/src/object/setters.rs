//! Methods that every object's crate has, written once.

/// The setter of the version, for builders with a field `target: Target`.
#[doc(hidden)]
#[macro_export]
macro_rules! version_setter {
    ($($builder:ident),+) => {$(
        impl $builder {
            /// The version, 32 hexadecimal digits, instead of the latest.
            pub fn version(mut self, version: impl Into<String>) -> Self {
                self.target.set_version(version);
                self
            }
        }
    )+};
}

/// The setters of attributes and tags, for builders with a field `parameters` that has the fields
/// `attributes: AttributesUpdate` and `tags: Option<Tags>`.
#[doc(hidden)]
#[macro_export]
macro_rules! attribute_setters {
    ($($builder:ident),+) => {$(
        impl $builder {
            /// Whether the object may be used.
            pub fn enabled(mut self, enabled: bool) -> Self {
                self.parameters.attributes.set_enabled(enabled);
                self
            }

            /// The time before which the object is not meant to be used, in whole seconds.
            pub fn not_before(mut self, time: ::azure_core::time::OffsetDateTime) -> Self {
                self.parameters.attributes.set_not_before(time);
                self
            }

            /// The time after which the object is not meant to be used, in whole seconds.
            pub fn expires_on(mut self, time: ::azure_core::time::OffsetDateTime) -> Self {
                self.parameters.attributes.set_expires_on(time);
                self
            }

            /// Adds a text of the caller's own, by name; an object has at most 15.
            pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.parameters.tags.get_or_insert_default().insert(name.into(), value.into());
                self
            }

            /// Sets the caller's own texts; on an update, an empty set removes them all.
            pub fn tags<K: Into<String>, V: Into<String>>(
                mut self,
                tags: impl IntoIterator<Item = (K, V)>,
            ) -> Self {
                let tags = tags.into_iter().map(|(name, value)| (name.into(), value.into()));
                self.parameters.tags = Some(tags.collect());
                self
            }
        }
    )+};
}

/// What properties tell of an object, for types with the fields `id: ResourceId`, `attributes:
/// Attributes`, `tags: Tags` and `managed: bool`.
#[doc(hidden)]
#[macro_export]
macro_rules! attribute_accessors {
    ($($properties:ident),+) => {$(
        impl $properties {
            /// The identifier; with a version where one version is meant.
            pub fn id(&self) -> &$crate::ResourceId {
                &self.id
            }

            /// The name.
            pub fn name(&self) -> &str {
                self.id.name()
            }

            /// The version; none in a list of objects.
            pub fn version(&self) -> Option<&str> {
                self.id.version()
            }

            /// Whether the object may be used.
            pub fn enabled(&self) -> bool {
                self.attributes.enabled
            }

            /// The time before which the object is not meant to be used.
            pub fn not_before(&self) -> Option<::azure_core::time::OffsetDateTime> {
                self.attributes.not_before
            }

            /// The time after which the object is not meant to be used.
            pub fn expires_on(&self) -> Option<::azure_core::time::OffsetDateTime> {
                self.attributes.expires_on
            }

            /// When this version was created.
            pub fn created_on(&self) -> Option<::azure_core::time::OffsetDateTime> {
                self.attributes.created_on
            }

            /// When these properties were last changed.
            pub fn updated_on(&self) -> Option<::azure_core::time::OffsetDateTime> {
                self.attributes.updated_on
            }

            /// What becomes of the object when it is deleted.
            pub fn recovery_level(&self) -> Option<&$crate::object::RecoveryLevel> {
                self.attributes.recovery_level.as_ref()
            }

            /// For how many days it can be recovered when deleted: 7 to 90, or 0.
            pub fn recoverable_days(&self) -> Option<u32> {
                self.attributes.recoverable_days
            }

            /// The caller's own texts.
            pub fn tags(&self) -> &$crate::object::Tags {
                &self.tags
            }

            /// Whether the object belongs to a certificate, and is read-only then.
            pub fn managed(&self) -> bool {
                self.managed
            }
        }
    )+};
}

/// What is told of a deletion, for types with a field `deletion: Deletion` and a method
/// `properties()`.
#[doc(hidden)]
#[macro_export]
macro_rules! deletion_accessors {
    ($($deleted:ident),+) => {$(
        impl $deleted {
            /// The name.
            pub fn name(&self) -> &str {
                self.properties().name()
            }

            /// The id of the deleted object, which recovers and purges it.
            pub fn recovery_id(&self) -> Option<&$crate::ResourceId> {
                self.deletion.recovery_id.as_ref()
            }

            /// When it was deleted.
            pub fn deleted_on(&self) -> Option<::azure_core::time::OffsetDateTime> {
                self.deletion.deleted_on
            }

            /// When the service will purge it, unless it is recovered or purged before.
            pub fn scheduled_purge_on(&self) -> Option<::azure_core::time::OffsetDateTime> {
                self.deletion.scheduled_purge_on
            }
        }
    )+};
}
