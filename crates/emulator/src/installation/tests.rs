use std::path::PathBuf;

use time::Duration;

use super::*;
use crate::clock::wall_now;

/// A folder that is not there yet, and is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("azvault-installation-{}", Uuid::new_v4())))
    }

    fn key(&self, name: &str) -> PathBuf {
        self.0.join(KEYS).join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn identity(folder: &Folder) -> (String, String, String, String) {
    let it = Installation::open(&folder.0).unwrap();
    let ca = it.authority.certificate_pem().to_owned();
    (ca, it.signing_key.kid.clone(), it.tenant_id, it.subscription_id)
}

#[test]
fn what_is_opened_again_is_the_same() {
    let folder = Folder::new();
    let first = identity(&folder);
    assert_eq!(identity(&folder), first);
    assert_eq!(fs::read_to_string(folder.0.join(PUBLIC_CA)).unwrap(), first.0);
}

#[test]
fn many_who_open_a_new_folder_at_once_agree() {
    let folder = Folder::new();
    let all: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(|| identity(&folder))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
}

#[cfg(unix)]
#[test]
fn keys_are_readable_by_their_owner_alone_and_are_made_so_again() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    identity(&folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder.0), mode(&folder.0.join(KEYS))), (0o700, 0o700));
    let key = folder.key(TOKENS);
    for file in [AUTHORITY, TOKENS, IDS] {
        assert_eq!(mode(&folder.key(file)), 0o600, "{file}");
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(folder.0.join(KEYS), fs::Permissions::from_mode(0o777)).unwrap();
    identity(&folder);
    assert_eq!((mode(&key), mode(&folder.0.join(KEYS))), (0o600, 0o700));
}

#[test]
fn a_damaged_or_missing_file_is_named_with_the_way_out_and_not_repeated() {
    for file in [AUTHORITY, TOKENS, IDS] {
        let folder = Folder::new();
        identity(&folder);
        let path = folder.key(file);
        for content in [Some("canary"), Some(""), None] {
            match content {
                Some(content) => fs::write(&path, content).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let error = open(&folder.0).unwrap_err().to_string();
            assert!(error.contains(path.to_str().unwrap()), "{error}");
            assert!(error.contains("remove the folder") && !error.contains("canary"), "{error}");
        }
    }
}

#[test]
fn what_a_killed_process_left_half_made_is_made_again() {
    let folder = Folder::new();
    let half = folder.0.join(format!("{KEYS}.new"));
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join(IDS), "half").unwrap();
    let first = identity(&folder);
    fs::remove_file(folder.0.join(PUBLIC_CA)).unwrap();
    assert_eq!(identity(&folder), first);
    assert!(folder.0.join(PUBLIC_CA).exists() && !half.exists());
}

#[test]
fn an_authority_about_to_expire_is_made_anew_and_the_rest_stays() {
    let folder = Folder::new();
    let first = identity(&folder);
    let old = Authority::generate_until(wall_now() + Duration::days(29)).unwrap();
    write_private(&folder.key(AUTHORITY), &old.to_pem()).unwrap();
    let second = identity(&folder);
    assert_ne!(second.0, old.certificate_pem());
    assert_eq!((second.1.clone(), &second.2, &second.3), (first.1, &first.2, &first.3));
    assert_eq!(fs::read_to_string(folder.0.join(PUBLIC_CA)).unwrap(), second.0);
    assert_eq!(identity(&folder), second);
}
