//! ECDSA signatures in both encodings: exact, whatever zeros their numbers begin with.

use std::thread;

use azvault_crypto::{
    JsonWebKey,
    KeyCurve::{P256, P256K, P384, P521},
    LocalKey, ecdsa,
};

use crate::keys;

/// The DER of RFC 3279, 2.2.3, written out here a second time, byte by byte.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
        let zero = vec![0; usize::from(bytes[start] > 0x7f)];
        let value = [&zero, &bytes[start..]].concat();
        [&[2, value.len() as u8], &value[..]].concat()
    };
    let body = [integer(r), integer(s)].concat();
    let len = if body.len() > 0x7f { vec![0x81, body.len() as u8] } else { vec![body.len() as u8] };
    [&[0x30], &len[..], &body].concat()
}

/// Signs `count` digests, takes each signature to DER and back, and gives how many had a number that
/// begins with a zero.
fn sign_and_encode(jwk: &JsonWebKey, count: usize) -> usize {
    let key = LocalKey::new(jwk).unwrap();
    let curve = jwk.curve().unwrap();
    let (algorithm, len) = (keys::algorithm_of(curve), keys::len_of(curve));
    let part = |numbers: std::ops::Range<usize>| {
        let mut with_zeros = 0;
        for n in numbers {
            let digest = algorithm.digest(&n.to_be_bytes()).unwrap();
            let signature = key.sign(&algorithm, &digest).unwrap();
            assert_eq!(signature.len(), 2 * len);
            let (r, s) = signature.split_at(len);
            let encoded = ecdsa::to_der(&signature, curve).unwrap();
            assert_eq!(encoded, der(r, s));
            assert_eq!(ecdsa::from_der(&encoded, curve).unwrap(), signature);
            // To verify takes longer than all else: each one with a zero, and one in 128.
            let begins_with_zero = r[0] == 0 || s[0] == 0;
            if begins_with_zero || n % 128 == 0 {
                assert!(key.verify(&algorithm, &digest, &signature).unwrap());
            }
            with_zeros += usize::from(begins_with_zero);
        }
        with_zeros
    };
    thread::scope(|scope| {
        let half = scope.spawn(|| part(0..count / 2));
        part(count / 2..count) + half.join().unwrap()
    })
}

#[test]
fn of_100_000_signatures_none_is_encoded_wrongly() {
    let with_zeros = sign_and_encode(&keys::ec(&P256), 97_000);
    // One in 128 is expected, 758 in all, give or take 28.
    assert!((500..1_000).contains(&with_zeros), "{with_zeros}");
    // The first byte of P-521's numbers is one bit, so that three in four begin with a zero.
    let with_zeros = sign_and_encode(&keys::ec(&P521), 1_000);
    assert!((600..900).contains(&with_zeros), "{with_zeros}");
    for curve in [P384, P256K] {
        sign_and_encode(&keys::ec(&curve), 1_000);
    }
}

#[test]
fn numbers_with_any_count_of_leading_zeros_keep_their_place() {
    for curve in [P256, P384, P521, P256K] {
        let len = keys::len_of(&curve);
        let number = |zeros: usize, first: u8| {
            let mut number = vec![0; len];
            number[zeros..].fill(0x55);
            if let Some(byte) = number.get_mut(zeros) {
                *byte = first;
            }
            number
        };
        let numbers: Vec<Vec<u8>> =
            (0..=len).flat_map(|zeros| [number(zeros, 0x7f), number(zeros, 0x80)]).collect();
        for (r, s) in numbers.iter().flat_map(|r| numbers.iter().map(move |s| (r, s))) {
            let signature = [&r[..], s].concat();
            let encoded = ecdsa::to_der(&signature, &curve).unwrap();
            assert_eq!(encoded, der(r, s));
            assert_eq!(ecdsa::from_der(&encoded, &curve).unwrap(), signature);
        }
    }
}

#[test]
fn only_the_one_der_of_a_signature_is_read() {
    let right = [0x30, 6, 2, 1, 5, 2, 1, 7];
    assert!(ecdsa::from_der(&right, &P256).is_ok());
    let wrong: [(&str, &[u8]); 14] = [
        ("nothing", &[]),
        ("a negative number", &[0x30, 6, 2, 1, 0x85, 2, 1, 7]),
        ("a zero too many", &[0x30, 7, 2, 2, 0, 5, 2, 1, 7]),
        ("a length in long form", &[0x30, 0x81, 6, 2, 1, 5, 2, 1, 7]),
        ("a number's length in long form", &[0x30, 7, 2, 0x81, 1, 5, 2, 1, 7]),
        ("no definite length", &[0x30, 0x80, 2, 1, 5, 2, 1, 7, 0, 0]),
        ("something behind", &[0x30, 6, 2, 1, 5, 2, 1, 7, 0]),
        ("a third number", &[0x30, 9, 2, 1, 5, 2, 1, 7, 2, 1, 9]),
        ("one number", &[0x30, 3, 2, 1, 5]),
        ("an empty number", &[0x30, 5, 2, 0, 2, 1, 7]),
        ("a set", &[0x31, 6, 2, 1, 5, 2, 1, 7]),
        ("bytes for a number", &[0x30, 6, 4, 1, 5, 2, 1, 7]),
        ("an end too early", &[0x30, 6, 2, 1, 5, 2, 1]),
        ("a length that is not there", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 5, 2, 1, 7]),
    ];
    for (what, bytes) in wrong {
        assert!(ecdsa::from_der(bytes, &P256).is_err(), "{what}");
    }
    // 33 bytes, on a curve of 32.
    let long = der(&[1; 33], &[1]);
    assert!(ecdsa::from_der(&long, &P256).is_err());
    assert!(ecdsa::from_der(&long, &P384).is_ok());
}

#[test]
fn whatever_is_read_as_der_is_written_as_the_same_bytes() {
    let right = der(&[0x80; 32], &[0x7f; 32]);
    let mut read = 0;
    for (place, value) in (0..right.len()).flat_map(|place| (0..=255).map(move |v| (place, v))) {
        let mut changed = right.clone();
        changed[place] = value;
        if let Ok(signature) = ecdsa::from_der(&changed, &P256) {
            assert_eq!(ecdsa::to_der(&signature, &P256).unwrap(), changed);
            read += 1;
        }
    }
    // All values of the 62 bytes of numbers that do not decide their sign, and some of the rest.
    assert!(read > 62 * 256, "{read}");
}

#[test]
fn a_signature_of_another_length_is_refused_with_the_right_one() {
    let error = ecdsa::to_der(&[1; 64], &P521).unwrap_err();
    assert_eq!(error.message(), "an ECDSA signature on P-521 has 132 bytes, and this one has 64");
}
