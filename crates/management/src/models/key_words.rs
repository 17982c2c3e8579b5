//! The words that keys are described by, as Resource Manager writes them.

azvault_core::service_enum! {
    /// The type of a key.
    pub enum KeyType ignoring case {
        /// On an elliptic curve, kept in software.
        Ec = "EC",
        /// On an elliptic curve, kept in hardware.
        EcHsm = "EC-HSM",
        /// RSA, kept in software.
        Rsa = "RSA",
        /// RSA, kept in hardware.
        RsaHsm = "RSA-HSM",
        /// Symmetric, kept in the hardware of a managed HSM.
        OctHsm = "oct-HSM",
    }
}

azvault_core::service_enum! {
    /// The curve of an elliptic-curve key.
    pub enum KeyCurve ignoring case {
        /// NIST P-256.
        P256 = "P-256",
        /// NIST P-384.
        P384 = "P-384",
        /// NIST P-521.
        P521 = "P-521",
        /// SECP256K1.
        P256K = "P-256K",
    }
}

azvault_core::service_enum! {
    /// What a key may be used for.
    pub enum KeyOperation ignoring case {
        /// To encrypt.
        Encrypt = "encrypt",
        /// To decrypt.
        Decrypt = "decrypt",
        /// To sign.
        Sign = "sign",
        /// To verify.
        Verify = "verify",
        /// To wrap a key.
        WrapKey = "wrapKey",
        /// To unwrap a key.
        UnwrapKey = "unwrapKey",
        /// To import keys that are encrypted with it.
        Import = "import",
        /// To be released under its release policy.
        Release = "release",
    }
}

azvault_core::service_enum! {
    /// What a rotation policy does when its time has come.
    pub enum KeyRotationAction ignoring case {
        /// Makes a new version.
        Rotate = "rotate",
        /// Tells those who listen for the event that a version nears its expiry.
        Notify = "notify",
    }
}
