//! `openssl speed`: what the same operation costs there, if the program is here.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// One figure of one run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Speed {
    /// Signing with the algorithm of that name.
    Sign(&'static str),
    /// Verifying with the algorithm of that name.
    Verify(&'static str),
    /// An EVP cipher, encrypting so many bytes.
    Cipher(&'static str, usize),
    /// An EVP cipher, decrypting so many bytes.
    Decipher(&'static str, usize),
    /// HMAC by a digest, over so many bytes.
    Hmac(&'static str, usize),
}

impl Speed {
    /// Microseconds a call, over a second.
    pub(super) fn microseconds(self) -> Result<f64> {
        let bytes = match self {
            Self::Cipher(_, bytes) | Self::Decipher(_, bytes) | Self::Hmac(_, bytes) => {
                bytes.to_string()
            }
            Self::Sign(_) | Self::Verify(_) => String::new(),
        };
        let arguments: Vec<&str> = match self {
            Self::Sign(name) | Self::Verify(name) => vec![name],
            Self::Cipher(name, _) => vec!["-evp", name, "-bytes", &bytes],
            Self::Decipher(name, _) => vec!["-decrypt", "-evp", name, "-bytes", &bytes],
            Self::Hmac(name, _) => vec!["-hmac", name, "-bytes", &bytes],
        };
        let output = Command::new("openssl")
            .args(["speed", "-mr", "-seconds", "1"])
            .args(&arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .context("openssl speed is what we are measured beside: install openssl")?;
        ensure!(
            output.status.success(),
            "openssl speed {arguments:?} ended with {}",
            output.status
        );
        self.read(&String::from_utf8_lossy(&output.stdout))
            .with_context(|| format!("openssl speed {arguments:?} says nothing that is understood"))
    }

    /// The figure in lines such as `+F2:2:2048:3434.69:54770.00` (calls a second) or
    /// `+F:25:AES-256-GCM:3028206010.81` (bytes a second).
    fn read(self, report: &str) -> Option<f64> {
        let line = report
            .lines()
            .map(|line| line.trim_start_matches('+'))
            .rfind(|line| line.starts_with('F'))?;
        let mut fields = line.rsplit(':');
        let last: f64 = fields.next()?.parse().ok()?;
        Some(match self {
            Self::Verify(_) => 1e6 / last,
            Self::Sign(_) => 1e6 / fields.next()?.parse::<f64>().ok()?,
            Self::Cipher(_, bytes) | Self::Decipher(_, bytes) | Self::Hmac(_, bytes) => {
                bytes as f64 * 1e6 / last
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_a_report_are_found() {
        let rsa = "F2:2:2048:1:1\n+F2:2:2048:2000.0:50000.0\n";
        assert_eq!(Speed::Sign("rsa2048").read(rsa), Some(500.0));
        assert_eq!(Speed::Verify("rsa2048").read(rsa), Some(20.0));
        let gcm = "+H:4096\n+F:25:AES-256-GCM:4096000000.00\n";
        assert_eq!(Speed::Cipher("aes-256-gcm", 4096).read(gcm), Some(1.0));
        assert_eq!(Speed::Cipher("aes-256-gcm", 4096).read("nothing"), None);
    }
}
