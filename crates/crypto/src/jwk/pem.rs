//! Keys from and to PEM (RFC 7468).

use azvault_core::{Error, Result, SecretValue};
use pkcs8::der::pem::{Decoder, LineEnding, encode_string};
use zeroize::Zeroizing;

use super::{JsonWebKey, der::encrypted};

const LABELS: [&str; 5] =
    ["PUBLIC KEY", "PRIVATE KEY", "RSA PRIVATE KEY", "RSA PUBLIC KEY", "EC PRIVATE KEY"];

impl JsonWebKey {
    /// Reads the first key in `pem`, of the kinds that [`from_der`](Self::from_der) reads.
    ///
    /// What stands before and behind it is passed over: text, certificates, EC parameters; and so
    /// is white space in it, which indenting and forms leave there.
    ///
    /// # Errors
    /// There is no key in it, or an encrypted one, which has to be decrypted first; its base64 is
    /// damaged; and what [`from_der`](Self::from_der) says.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyCurve};
    ///
    /// let key = JsonWebKey::from_pem(
    ///     "-----BEGIN PUBLIC KEY-----\n\
    ///      MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n\
    ///      6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n\
    ///      -----END PUBLIC KEY-----\n",
    /// )?;
    /// assert_eq!(key.curve(), Some(&KeyCurve::P256));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn from_pem(pem: &str) -> Result<Self> {
        let (label, block) = blocks(pem)
            .find(|(label, _)| LABELS.contains(label) || *label == "ENCRYPTED PRIVATE KEY")
            .ok_or_else(|| Error::invalid_input(nothing_in(pem)))?;
        // Of PKCS#8 by its label, of OpenSSL's own formats by a header (RFC 1421, 4.6.1.1).
        if label == "ENCRYPTED PRIVATE KEY" || block.contains("Proc-Type:") {
            return Err(encrypted());
        }
        let damaged = |_| Error::invalid_input("the base64 of the key in the PEM is damaged");
        let block = on_one_line(label, block);
        let mut decoder = Decoder::new_detect_wrap(block.as_bytes()).map_err(damaged)?;
        let mut der = Zeroizing::new(vec![0; decoder.remaining_len()]);
        decoder.decode(&mut der).map_err(damaged)?;
        Self::from_der(&der)
    }

    /// The public part as PEM, labelled `PUBLIC KEY`.
    ///
    /// # Errors
    /// As [`to_public_key_der`](Self::to_public_key_der).
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// # let n = [vec![0xc0], vec![0; 254], vec![1]].concat();
    /// let key = JsonWebKey::rsa(n, [1, 0, 1]);
    /// assert!(key.to_public_key_pem()?.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn to_public_key_pem(&self) -> Result<String> {
        encode("PUBLIC KEY", &self.to_public_key_der()?)
    }

    /// The private key as PKCS#8 in PEM, labelled `PRIVATE KEY`, not encrypted.
    ///
    /// # Errors
    /// As [`to_private_key_der`](Self::to_private_key_der).
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// # fn example(key: JsonWebKey) -> azvault_core::Result<()> {
    /// let pem = key.to_private_key_pem()?;
    /// assert_eq!(JsonWebKey::from_pem(pem.expose())?, key);
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_private_key_pem(&self) -> Result<SecretValue> {
        encode("PRIVATE KEY", self.to_private_key_der()?.expose()).map(SecretValue::new)
    }
}

fn encode(label: &str, der: &[u8]) -> Result<String> {
    encode_string(label, LineEnding::LF, der)
        .map_err(|_| Error::invalid_input("the key is too long for PEM"))
}

/// The blocks of a file that may have others and text between them: label, and text with its
/// boundaries. Each piece of the file is looked at once, whatever it holds.
fn blocks(pem: &str) -> impl Iterator<Item = (&str, &str)> {
    let starts = pem.match_indices(BEGIN).map(|(start, _)| start);
    starts.zip(pem.split(BEGIN).skip(1)).filter_map(|(start, rest)| {
        let label = rest.split_once("-----")?.0;
        let end = format!("-----END {label}-----");
        let len = BEGIN.len() + rest.find(&end)? + end.len();
        Some((label, pem.get(start..start + len)?))
    })
}

/// The block with its base64 on one line: people indent PEM, and forms eat its line ends (RFC 7468,
/// 3 has parsers pass over white space).
fn on_one_line(label: &str, block: &str) -> Zeroizing<String> {
    let (begin, end) = (format!("{BEGIN}{label}-----"), format!("-----END {label}-----"));
    let body = block.strip_prefix(&begin).and_then(|rest| rest.strip_suffix(&end));
    let mut line = Zeroizing::new(String::with_capacity(block.len() + 2));
    line.push_str(&begin);
    line.push('\n');
    line.extend(body.unwrap_or_default().chars().filter(|c| !c.is_ascii_whitespace()));
    line.push('\n');
    line.push_str(&end);
    line
}

fn nothing_in(pem: &str) -> &'static str {
    if blocks(pem).any(|(label, _)| label == "CERTIFICATE") {
        "there is a certificate in the PEM, but no key"
    } else {
        "there is no key in the PEM: a block with BEGIN and END, and a label such as PUBLIC KEY"
    }
}

const BEGIN: &str = "-----BEGIN ";
