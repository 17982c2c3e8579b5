//! The words that managed HSMs are described by.

azvault_core::service_enum! {
    /// A family of sizes of managed HSMs.
    pub enum ManagedHsmSkuFamily ignoring case {
        /// The family B.
        B = "B",
        /// The family C.
        C = "C",
    }
}

azvault_core::service_enum! {
    /// The size of a managed HSM.
    pub enum ManagedHsmSkuName ignoring case {
        /// The size that everybody can have.
        StandardB1 = "Standard_B1",
        /// For chosen customers.
        CustomB32 = "Custom_B32",
        /// For chosen customers.
        CustomB6 = "Custom_B6",
        /// For chosen customers, of the family C.
        CustomC42 = "Custom_C42",
        /// For chosen customers, of the family C.
        CustomC10 = "Custom_C10",
        /// The second generation, of size 1.
        StandardB1V2 = "Standard_B1v2",
        /// The second generation, of size 5.
        StandardB5V2 = "Standard_B5v2",
        /// The second generation, of size 10.
        StandardB10V2 = "Standard_B10v2",
        /// The second generation, of size 15.
        StandardB15V2 = "Standard_B15v2",
        /// The second generation, of size 20.
        StandardB20V2 = "Standard_B20v2",
    }
}

azvault_core::service_enum! {
    /// How a managed HSM is doing.
    pub enum ManagedHsmProvisioningState ignoring case {
        /// It has been made, and may wait to be activated.
        Succeeded = "Succeeded",
        /// It is being made.
        Provisioning = "Provisioning",
        /// It could not be made.
        Failed = "Failed",
        /// It is being changed.
        Updating = "Updating",
        /// It is being deleted.
        Deleting = "Deleting",
        /// It is in use.
        Activated = "Activated",
        /// It waits for a security domain to be restored.
        SecurityDomainRestore = "SecurityDomainRestore",
        /// It is being restored from a backup.
        Restoring = "Restoring",
    }
}

azvault_core::service_enum! {
    /// Whether a managed HSM's security domain has been downloaded, without which it does nothing.
    pub enum ActivationStatus ignoring case {
        /// It is in use.
        Active = "Active",
        /// It waits to be activated.
        NotActivated = "NotActivated",
        /// The service cannot tell.
        NotKnown = "Unknown",
        /// Activating it failed.
        Failed = "Failed",
    }
}

azvault_core::service_enum! {
    /// How a region of a managed HSM is doing.
    pub enum GeoReplicationProvisioningState ignoring case {
        /// Room is being made for it.
        Preprovisioning = "Preprovisioning",
        /// It is being made.
        Provisioning = "Provisioning",
        /// It is in use.
        Succeeded = "Succeeded",
        /// It could not be made.
        Failed = "Failed",
        /// It is being deleted.
        Deleting = "Deleting",
        /// What it leaves behind is being removed.
        Cleanup = "Cleanup",
    }
}
