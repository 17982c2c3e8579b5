//! PEM: blocks of base64 between markers (RFC 7468), with whatever text around them.

use pkcs8::{EncryptedPrivateKeyInfoRef, der::pem::decode_vec};
use zeroize::Zeroizing;

use super::{certificate::Problem, contents::Contents};

pub(super) fn is_pem(file: &[u8]) -> bool {
    file.windows(BEGIN.len()).any(|window| window == BEGIN)
}

/// The keys and certificates of all blocks.
pub(super) fn parse(file: &[u8], password: Option<&str>) -> Result<Contents, Problem> {
    let mut contents = Contents::default();
    for block in blocks(file)? {
        let (label, der) = decode_vec(&block).map_err(|_| damage(&block))?;
        let der = Zeroizing::new(der);
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                contents.certificates.push(der.to_vec());
            }
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => contents.keys.push(der),
            "ENCRYPTED PRIVATE KEY" => contents.keys.push(decrypt(&der, password)?),
            // Parameters of a curve, requests, public keys.
            _ => {}
        }
    }
    Ok(contents)
}

/// The blocks, with their lines as long as the strict grammar has them: OpenSSL reads any length,
/// and files of one line or of 76 characters a line are common.
fn blocks(file: &[u8]) -> Result<Vec<Zeroizing<Vec<u8>>>, Problem> {
    let lines: Vec<&[u8]> = file
        .split(|byte| *byte == b'\n')
        .map(|line| line.trim_ascii())
        .map(|line| line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line))
        .collect();
    let (mut blocks, mut open) = (Vec::new(), None);
    for (n, line) in lines.iter().enumerate() {
        if line.starts_with(BEGIN) {
            open = Some(n);
        }
        if line.starts_with(END)
            && let Some(inside) = open.take().and_then(|begin| lines.get(begin..=n))
        {
            blocks.push(block(inside));
        }
    }
    if open.is_some() { Err(Problem::Malformed) } else { Ok(blocks) }
}

fn block(lines: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = lines.iter().map(|line| line.len()).sum();
    // Room for all of it: a buffer that grows leaves copies behind.
    let room = length + length / LINE + lines.len() + 2;
    let mut block = Zeroizing::new(Vec::with_capacity(room));
    let [begin, body @ .., end] = lines else {
        return block;
    };
    block.extend_from_slice(begin);
    if body.iter().any(|line| line.contains(&b':')) {
        // Headers are lines of their own.
        for line in body {
            block.push(b'\n');
            block.extend_from_slice(line);
        }
    } else {
        for (n, byte) in body.iter().flat_map(|line| line.iter()).enumerate() {
            if n % LINE == 0 {
                block.push(b'\n');
            }
            block.push(*byte);
        }
    }
    block.push(b'\n');
    block.extend_from_slice(end);
    block.push(b'\n');
    block
}

fn damage(block: &[u8]) -> Problem {
    // RFC 1421's headers, by which OpenSSL encrypted keys before there was PKCS#8.
    match block.windows(OLD_ENCRYPTION.len()).any(|window| window == OLD_ENCRYPTION) {
        true => Problem::OldEncryption,
        false => Problem::Malformed,
    }
}

fn decrypt(der: &[u8], password: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let password = password.ok_or(Problem::NoPassword)?;
    let encrypted =
        EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| Problem::UnknownEncryption)?;
    match encrypted.decrypt(password) {
        Ok(key) => Ok(key.to_bytes()),
        Err(pkcs8::Error::EncryptedPrivateKey(error)) if error != DECRYPT_FAILED => {
            Err(Problem::UnknownEncryption)
        }
        // With a wrong password, one time in 256 it is not the padding that is wrong but the key.
        Err(_) => Err(Problem::WrongPassword),
    }
}

/// RFC 7468, 3.
const LINE: usize = 64;
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const OLD_ENCRYPTION: &[u8] = b"Proc-Type:";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const DECRYPT_FAILED: pkcs8::pkcs5::Error = pkcs8::pkcs5::Error::DecryptFailed;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_any_length_are_read_as_those_of_the_grammar() {
        let text = "QUJD".repeat(50);
        let expected = format!(
            "-----BEGIN X-----\n{}\n{}\n{}\n{}\n-----END X-----\n",
            &text[..64],
            &text[64..128],
            &text[128..192],
            &text[192..]
        );
        for width in [1, 48, 64, 65, 76, 200] {
            let lines: Vec<&str> =
                (0..200).step_by(width).map(|at| &text[at..(at + width).min(200)]).collect();
            let file = format!("-----BEGIN X-----\r\n{}\r\n-----END X-----", lines.join(" \r\n"));
            let found = blocks(file.as_bytes()).unwrap();
            assert_eq!(std::str::from_utf8(&found[0]).unwrap(), expected, "{width}");
            assert!(found[0].len() <= found[0].capacity());
        }
    }

    #[test]
    fn many_blocks_take_no_more_room_than_they_are_long() {
        let file = "-----BEGIN X\n-----END X\n".repeat(10_000);
        let room: usize =
            blocks(file.as_bytes()).unwrap().iter().map(|block| block.capacity()).sum();
        assert!(room < 4 * file.len(), "{room}");
    }
}
