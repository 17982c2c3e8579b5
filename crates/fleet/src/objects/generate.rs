//! Values that nobody knows.

use azvault_core::{Error, ErrorKind, Result, SecretValue};
use zeroize::Zeroizing;

use crate::Alphabet;

/// A value of `length` characters, each of which is any of the alphabet's with the same chance.
pub(super) fn generate(length: u32, alphabet: Alphabet) -> Result<SecretValue> {
    let characters = alphabet.characters();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    // Of the length that it will have, so that it never grows and leaves a copy behind.
    let mut value = String::with_capacity(length);
    let mut random = Zeroizing::new([0_u8; 256]);
    while value.len() < length {
        aws_lc_rs::rand::fill(random.as_mut_slice())
            .map_err(|_| Error::new(ErrorKind::Other, "no random bytes could be had"))?;
        let picked = random.iter().filter_map(|byte| pick(&characters, *byte));
        let missing = length - value.len();
        value.extend(picked.take(missing).map(char::from));
    }
    Ok(SecretValue::new(value))
}

/// The character that a random byte picks; none if that would favour some.
fn pick(characters: &[u8], byte: u8) -> Option<u8> {
    let (byte, count) = (usize::from(byte), characters.len().max(1));
    let fair = 256 - 256 % count;
    (byte < fair).then(|| characters.get(byte % count).copied()).flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_character_is_picked_by_as_many_bytes_as_any_other() {
        for alphabet in Alphabet::ALL {
            let characters = alphabet.characters();
            let mut counts = vec![0; 256];
            for byte in 0..=255 {
                if let Some(character) = pick(&characters, byte) {
                    counts[usize::from(character)] += 1;
                }
            }
            let counts: HashSet<i32> =
                characters.iter().map(|character| counts[usize::from(*character)]).collect();
            assert_eq!(counts.len(), 1, "{alphabet:?}");
        }
    }

    #[test]
    fn values_have_their_length_and_alphabet_and_differ() {
        for (alphabet, length) in
            [(Alphabet::Alphanumeric, 32), (Alphabet::Ascii, 8), (Alphabet::Hex, 25_600)]
        {
            let value = generate(length, alphabet).unwrap();
            assert_eq!(value.expose().len(), length as usize);
            let characters = alphabet.characters();
            assert!(value.expose().bytes().all(|byte| characters.contains(&byte)));
            assert_ne!(value.expose(), generate(length, alphabet).unwrap().expose());
        }
    }
}
