//! Texts with gaps, as the rows write the service's answers.
//!
//! A gap is `{class}`, or `{class=name}`, which remembers what it met: `{name}` and `{name+90}` are that again.
//! Everything else has to be there to the letter.

use std::collections::HashMap;

/// What the gaps of a row have met so far, and what its world is called.
pub(super) type Names = HashMap<String, String>;

/// Matches the whole of `text`.
///
/// # Errors
/// Where the two part.
pub(super) fn matches(pattern: &str, text: &str, names: &mut Names) -> Result<(), String> {
    let (mut pattern, mut rest) = (pattern, text);
    loop {
        let (plain, gap, tail) = split(pattern);
        rest = take(plain, rest)?;
        let Some(gap) = gap else {
            return if rest.is_empty() { Ok(()) } else { Err(parted("the end", rest)) };
        };
        let (class, name) =
            gap.split_once('=').map_or((gap, None), |(class, name)| (class, Some(name)));
        if let Some(known) = known(class, names) {
            rest = take(&known, rest)?;
        } else {
            let (met, behind) = rest.split_at(length(class, rest)?);
            if let Some(name) = name {
                names.insert(name.to_owned(), met.to_owned());
            }
            rest = behind;
        }
        pattern = tail;
    }
}

/// Puts what is known into a request.
pub(super) fn fill(text: &str, names: &Names) -> String {
    let (mut filled, mut pattern) = (String::new(), text);
    loop {
        let (plain, gap, tail) = split(pattern);
        filled.push_str(plain);
        let Some(gap) = gap else { return filled };
        filled.push_str(&known(gap, names).unwrap_or_else(|| panic!("{{{gap}}} in {text}")));
        pattern = tail;
    }
}

/// What comes before the first gap, the gap, and what comes behind it. An object of JSON is no gap: no small letter
/// follows its brace.
fn split(pattern: &str) -> (&str, Option<&str>, &str) {
    let start = pattern
        .match_indices('{')
        .find(|(at, _)| pattern[at + 1..].starts_with(|c: char| c.is_ascii_lowercase()));
    let Some((start, _)) = start else { return (pattern, None, "") };
    let (gap, tail) = pattern[start + 1..].split_once('}').unwrap();
    (&pattern[..start], Some(gap), tail)
}

fn take<'a>(plain: &str, rest: &'a str) -> Result<&'a str, String> {
    rest.strip_prefix(plain).ok_or_else(|| parted(plain, rest))
}

fn parted(expected: &str, found: &str) -> String {
    let alike = expected.bytes().zip(found.bytes()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| String::from_utf8_lossy(&text.as_bytes()[alike..]).into_owned();
    format!("expected «{}», found «{}»", from(expected), from(found))
}

fn known(gap: &str, names: &Names) -> Option<String> {
    if let Some(known) = names.get(gap) {
        return Some(known.clone());
    }
    let (name, more) = gap.split_once('+')?;
    Some((names.get(name)?.parse::<i64>().ok()? + more.parse::<i64>().ok()?).to_string())
}

/// How much of `rest` a gap of that class takes.
fn length(class: &str, rest: &str) -> Result<usize, String> {
    let run = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
    let base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let (class, wanted) = class.split_once(':').unwrap_or((class, ""));
    let (len, good) = match class {
        "version" => (32, rest.chars().take(32).all(|c| matches!(c, '0'..='9' | 'a'..='f'))),
        "guid" => (36, rest.get(..36).is_some_and(|text| text.parse::<uuid::Uuid>().is_ok())),
        "number" | "time" => {
            let len = run(|c| c.is_ascii_digit());
            (len, len > 0)
        }
        "iso" => shaped("0000-00-00T00:00:00Z", rest),
        "iso-ms" => shaped("0000-00-00T00:00:00.000Z", rest),
        "spaced" => shaped("0000-00-00 00:00:00Z", rest),
        "compact" => shaped("00000000T000000Z", rest),
        "ip" => {
            let len = run(|c| c.is_ascii_digit() || c == '.');
            (len, rest[..len].parse::<std::net::Ipv4Addr>().is_ok())
        }
        "host" => {
            let len = run(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
            (len, len > 0)
        }
        "region" => {
            let len = run(|c| c.is_ascii_alphanumeric());
            (len, len > 0)
        }
        "base64url" => {
            let len = rest.find(|c| !base64url(c)).unwrap_or(rest.len());
            (len, len > 0 && (wanted.is_empty() || wanted.parse() == Ok(len)))
        }
        other => panic!("{other} is no gap"),
    };
    if good && len <= rest.len() {
        Ok(len)
    } else {
        Err(format!("no {class} {wanted}: «{rest}»"))
    }
}

/// Whether `rest` begins as `shape` is, any digit for a `0`.
fn shaped(shape: &str, rest: &str) -> (usize, bool) {
    let good = rest.len() >= shape.len()
        && shape.bytes().zip(rest.bytes()).all(|(wanted, found)| match wanted {
            b'0' => found.is_ascii_digit(),
            other => found == other,
        });
    (shape.len(), good)
}

#[test]
fn a_pattern_meets_the_whole_text_and_nothing_else() {
    let mut names = Names::new();
    let bundle = r#"{"id":"a/{version=v}","at":{time=t},"until":{t+90},"again":"{v}"}"#;
    let version = "0123456789abcdef0123456789abcdef";
    let text = |until: i64, version: &str| {
        format!(r#"{{"id":"a/{version}","at":10,"until":{until},"again":"{version}"}}"#)
    };
    assert_eq!(matches(bundle, &text(100, version), &mut names), Ok(()));
    for wrong in [
        text(101, version),
        text(100, &version[1..]),
        text(100, version) + " ",
        text(100, version).replace("again", "agaim"),
        text(100, version).replace("10,", "ten,"),
    ] {
        assert!(matches(bundle, &wrong, &mut Names::new()).is_err(), "{wrong}");
    }
    assert!(matches("{base64url:3}", "ab", &mut names).is_err());
    assert!(matches("{iso}", "2020-01-01 00:00:00Z", &mut names).is_err());
    assert!(matches("{guid}", "a", &mut names).is_err());
    assert_eq!(fill("/keys/{v}/{\"a\":{}}", &names), format!("/keys/{version}/{{\"a\":{{}}}}"));
}
