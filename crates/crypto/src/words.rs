//! The words that keys are described by.

azvault_core::service_enum! {
    /// The kind of a key, and whether it is kept in hardware.
    pub enum KeyType {
        /// An elliptic curve key, kept in software.
        Ec = "EC",
        /// An elliptic curve key, kept in hardware.
        EcHsm = "EC-HSM",
        /// An RSA key, kept in software.
        Rsa = "RSA",
        /// An RSA key, kept in hardware.
        RsaHsm = "RSA-HSM",
        /// A symmetric key, kept in software; not offered by vaults today.
        Oct = "oct",
        /// A symmetric key, kept in hardware; managed HSMs only.
        OctHsm = "oct-HSM",
    }
}

impl KeyType {
    /// Whether this is an RSA key, wherever it is kept.
    pub fn is_rsa(&self) -> bool {
        matches!(self, Self::Rsa | Self::RsaHsm)
    }

    /// Whether this is an elliptic curve key, wherever it is kept.
    pub fn is_ec(&self) -> bool {
        matches!(self, Self::Ec | Self::EcHsm)
    }

    /// Whether this is a symmetric key, wherever it is kept.
    pub fn is_oct(&self) -> bool {
        matches!(self, Self::Oct | Self::OctHsm)
    }

    /// The word for messages: one that is not known here may be of any length, and no word at all.
    pub(crate) fn briefly(&self) -> &str {
        match self {
            Self::Unknown(word)
                if word.len() > 20 || !word.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                "that is not known here"
            }
            other => other.as_str(),
        }
    }

    /// The same kind of key, kept in hardware.
    pub fn in_hardware(self) -> Self {
        match self {
            Self::Ec => Self::EcHsm,
            Self::Rsa => Self::RsaHsm,
            Self::Oct => Self::OctHsm,
            other => other,
        }
    }
}

azvault_core::service_enum! {
    /// The curve of an elliptic curve key.
    pub enum KeyCurve {
        /// NIST P-256, for ES256.
        P256 = "P-256",
        /// NIST P-384, for ES384.
        P384 = "P-384",
        /// NIST P-521, for ES512.
        P521 = "P-521",
        /// SECG secp256k1, for ES256K.
        P256K = "P-256K",
    }
}

azvault_core::service_enum! {
    /// What a key may be used for.
    pub enum KeyOperation {
        /// To encrypt.
        Encrypt = "encrypt",
        /// To decrypt.
        Decrypt = "decrypt",
        /// To sign.
        Sign = "sign",
        /// To verify.
        Verify = "verify",
        /// To wrap another key.
        WrapKey = "wrapKey",
        /// To unwrap another key.
        UnwrapKey = "unwrapKey",
        /// To be imported as part of another.
        Import = "import",
        /// To be released under its release policy.
        Export = "export",
    }
}
