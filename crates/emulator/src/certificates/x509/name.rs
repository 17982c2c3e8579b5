//! Distinguished names as people write them (RFC 4514, and the laxer form of Windows).

use x509_cert::{
    attr::AttributeTypeAndValue,
    der::{
        Any, Decode, Encode, Tag, Tagged,
        asn1::{BmpString, PrintableStringRef},
    },
    name::{Name, RdnSequence, RelativeDistinguishedName},
};

use super::X509Error;

/// Reads a name: `CN=a,O=b`, with blanks around the parts and quotes around values as Windows allows them.
pub(in crate::certificates) fn subject(text: &str) -> Result<Name, X509Error> {
    if text.trim().is_empty() {
        return Ok(Name::default());
    }
    let parts: Option<Vec<String>> =
        split(text).ok_or(X509Error)?.iter().map(|part| attribute(part)).collect();
    let mut parts: Vec<RelativeDistinguishedName> =
        parts.ok_or(X509Error)?.join(",").parse::<RdnSequence>()?.into();
    for part in &mut parts {
        let attributes = part.iter().cloned().map(printable).collect::<Result<Vec<_>, _>>()?;
        *part = attributes.try_into()?;
    }
    Ok(Name::from_der(&RdnSequence::from(parts).to_der()?)?)
}

/// As recorded, a value is a PrintableString where it can be one.
fn printable(attribute: AttributeTypeAndValue) -> Result<AttributeTypeAndValue, X509Error> {
    let AttributeTypeAndValue { oid, value } = attribute;
    let plain = value.tag() == Tag::Utf8String && PrintableStringRef::new(value.value()).is_ok();
    let value = if plain { Any::new(Tag::PrintableString, value.value())? } else { value };
    Ok(AttributeTypeAndValue { oid, value })
}

/// Writes a name as Windows does: the most specific part first, with a blank after each comma.
pub(super) fn text(name: &Name) -> String {
    let mut parts: Vec<String> =
        name.iter_rdn().map(|part| windows(&in_utf8(part).to_string())).collect();
    parts.reverse();
    parts.join(", ")
}

/// Text of two bytes a character, as older authorities write it, is none to the crate but hex.
fn in_utf8(part: &RelativeDistinguishedName) -> RelativeDistinguishedName {
    let attributes: Vec<_> = part
        .iter()
        .cloned()
        .map(|AttributeTypeAndValue { oid, value }| {
            let text = value.decode_as::<BmpString>().map(|text| text.to_string());
            let written = text.and_then(|text| Any::new(Tag::Utf8String, text.into_bytes()));
            AttributeTypeAndValue { oid, value: written.unwrap_or(value) }
        })
        .collect();
    attributes.try_into().unwrap_or_else(|_| part.clone())
}

/// Its words, where they are not those of RFC 4514.
fn windows(part: &str) -> String {
    let known = [("EMAIL=", "E="), ("ST=", "S=")];
    let other = known.iter().find_map(|(from, to)| Some((part.strip_prefix(from)?, to)));
    other.map_or_else(|| part.to_owned(), |(value, word)| format!("{word}{value}"))
}

/// Parts between commas or semicolons that are neither quoted nor escaped; `None` when a quotation or an escape has
/// no end.
fn split(text: &str) -> Option<Vec<String>> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for char in text.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' | ';' if !quoted => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(char);
    }
    parts.push(part);
    (!quoted && !escaped).then_some(parts)
}

/// Without the blanks around it, but for one that is escaped.
fn trimmed(value: &str) -> String {
    let trimmed = value.trim();
    let slashes = trimmed.chars().rev().take_while(|char| *char == '\\').count();
    let blank = if slashes % 2 == 1 { " " } else { "" };
    format!("{trimmed}{blank}")
}

/// A part as RFC 4514 writes it; `None` when it is none.
fn attribute(part: &str) -> Option<String> {
    let (kind, value) = part.split_once('=')?;
    let kind = kind.trim();
    let kind = match kind.split_at_checked(4) {
        Some((word, oid)) if word.eq_ignore_ascii_case("OID.") => oid,
        _ => kind,
    };
    let kind = match kind {
        // Windows' words.
        kind if kind.eq_ignore_ascii_case("E") => "emailAddress",
        kind if kind.eq_ignore_ascii_case("S") => "ST",
        kind if kind.eq_ignore_ascii_case("G") => "givenName",
        kind if kind.eq_ignore_ascii_case("T") => "title",
        kind if kind.eq_ignore_ascii_case("I") => "initials",
        "" => return None,
        kind => kind,
    };
    let value = trimmed(value);
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let value = match quoted {
        Some(inside) => inside
            .chars()
            .flat_map(|char| {
                let special = matches!(char, ',' | ';' | '+' | '<' | '>' | '#' | '=');
                special.then_some('\\').into_iter().chain([char])
            })
            .collect(),
        None => value,
    };
    (!value.is_empty()).then(|| format!("{kind}={value}"))
}

#[cfg(test)]
mod tests {
    use x509_cert::der::asn1::ObjectIdentifier;

    use super::*;

    #[test]
    fn names_are_read_as_people_write_them() {
        for (written, read) in [
            ("CN=a", "CN=a"),
            ("cn=MyCert", "CN=MyCert"),
            ("CN=a,O=b", "CN=a, O=b"),
            ("CN=a, O=b ; C=DE", "CN=a, O=b, C=DE"),
            ("CN=a, OU=x, OU=y", "CN=a, OU=x, OU=y"),
            (r#"CN=a, O="Contoso, Ltd""#, r"CN=a, O=Contoso\, Ltd"),
            (r"CN=a\, b", r"CN=a\, b"),
            (r"CN=a\ , O=b\\ ", r"CN=a\ , O=b\\"),
            ("T=x, I=y, OID.2.5.4.12=z", "TITLE=x, INITIALS=y, TITLE=z"),
            ("E=a@b.example, CN=x", "E=a@b.example, CN=x"),
            ("emailAddress=a@b.example, S=x, st=y", "E=a@b.example, S=x, S=y"),
        ] {
            assert_eq!(text(&subject(written).unwrap()), read, "{written}");
        }
        assert!(subject("").unwrap().is_empty());
    }

    #[test]
    fn the_most_specific_part_is_written_last_into_the_certificate() {
        let name = subject("CN=a,O=b").unwrap();
        let first = name.iter_rdn().next().unwrap().to_string();
        assert_eq!(first, "O=b");
    }

    #[test]
    fn text_of_two_bytes_a_character_is_read() {
        let common_name = ObjectIdentifier::new_unwrap("2.5.4.3");
        let value = BmpString::from_utf8("Müller, Söhne").unwrap();
        let value = Any::new(Tag::BmpString, value.as_bytes()).unwrap();
        let attribute = AttributeTypeAndValue { oid: common_name, value };
        let part = RelativeDistinguishedName::try_from(vec![attribute]).unwrap();
        let name = Name::from_der(&RdnSequence::from(vec![part]).to_der().unwrap()).unwrap();
        let written = text(&name);
        assert_eq!(written, r"CN=Müller\, Söhne");
        assert_eq!(text(&subject(&written).unwrap()), written, "a policy can have it");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["x", "CN=", "=a", "CN=a,,O=b", "NoSuchType=a", "CN=a,", "CN=\"a", "CN=a\\"] {
            assert!(subject(text).is_err(), "{text}");
        }
    }
}
