//! Identifiers: what is read prints as it was meant, and has nothing in it that could lead astray.

use azvault_core::{ResourceId, validate_name, validate_version};

/// Reads `data` as an identifier.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(id) = text.parse::<ResourceId>() else { return };
    let printed = id.to_string();
    let again: ResourceId = printed.parse().expect("what was printed is read again");
    assert_eq!(again, id);
    assert_eq!(again.to_string(), printed, "printing is not stable");
    let vault = id.vault_url().as_str();
    assert!(vault.starts_with("https://") && !vault.contains(['@', '?', '#']), "{vault}");
    assert!(printed.starts_with(&format!("{vault}/")), "{printed}");
    validate_name("key", id.name()).expect("a name");
    if let Some(version) = id.version() {
        validate_version("key", version).expect("a version");
        assert!(!id.is_deleted());
    }
    assert!(id.collection().bytes().all(|b| b.is_ascii_lowercase()), "{printed}");
    assert_eq!(id.without_version().version(), None);
    // The same object, said by a URL parser that knows nothing of vaults.
    let url = url::Url::parse(text).expect("an identifier is a URL");
    assert_eq!(url.host_str(), Some(id.vault_url().host()));
    let mut parts = url.path().split('/').filter(|part| !part.is_empty());
    assert_eq!(parts.next().map(|part| part.trim_start_matches("deleted")), Some(id.collection()));
    assert_eq!((parts.next(), parts.next()), (Some(id.name()), id.version()));
    assert_eq!(parts.next(), None);
}
