use std::collections::BTreeSet;

use super::*;

/// A registry in memory, where some uploads fail.
#[derive(Default)]
struct Fake {
    out: BTreeSet<String>,
    yanked: BTreeSet<String>,
    refused: BTreeSet<String>,
    lost_answers: BTreeSet<String>,
    unreachable: bool,
    tried: Vec<String>,
}

fn key(name: &str, version: &Version) -> String {
    format!("{name} {version}")
}

impl Registry for Fake {
    fn has(&mut self, name: &str, version: &Version) -> Result<bool> {
        if self.unreachable {
            bail!("no route");
        }
        Ok(self.out.contains(&key(name, version)))
    }

    fn publish(&mut self, release: &Release) -> Result<bool> {
        self.tried.push(release.name.clone());
        if self.refused.contains(&release.name) {
            return Err(anyhow!("503"));
        }
        if self.yanked.contains(&key(&release.name, &release.version)) {
            return Ok(false);
        }
        // A version that is out stays out: a registry refuses it.
        if !self.out.insert(key(&release.name, &release.version)) {
            return Err(anyhow!("already exists"));
        }
        if self.lost_answers.contains(&release.name) {
            return Err(anyhow!("timed out"));
        }
        Ok(true)
    }
}

/// core <- crypto <- keys <- facade; the emulator uses none of them.
fn releases() -> Vec<Release> {
    let release = |name: &str, uses: &[&str]| Release {
        name: name.into(),
        version: Version::new(0, 2, 0),
        uses: uses.iter().map(|name| (*name).to_owned()).collect(),
    };
    vec![
        release("core", &[]),
        release("emulator", &[]),
        release("crypto", &["core"]),
        release("keys", &["core", "crypto"]),
        release("secrets", &["core"]),
        release("facade", &["core", "keys", "secrets"]),
    ]
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn everything_goes_out_in_order_and_a_second_run_uploads_nothing() {
    let mut registry = Fake::default();
    let outcomes = publish(&releases(), &mut registry).unwrap();
    assert!(outcomes.values().all(|it| *it == Outcome::Published));
    assert_eq!(registry.tried, ["core", "emulator", "crypto", "keys", "secrets", "facade"]);
    registry.tried.clear();
    let outcomes = publish(&releases(), &mut registry).unwrap();
    assert!(outcomes.values().all(|it| *it == Outcome::Present));
    assert!(registry.tried.is_empty());
}

#[test]
fn who_uses_what_failed_is_held_and_who_does_not_goes_out() {
    let mut registry = Fake { refused: names(&["crypto"]), ..Fake::default() };
    let outcomes = publish(&releases(), &mut registry).unwrap();
    assert_eq!(registry.tried, ["core", "emulator", "crypto", "secrets"]);
    assert_eq!(outcomes["crypto"], Outcome::Failed("503".into()));
    assert_eq!(outcomes["keys"], Outcome::Held("crypto".into()));
    assert_eq!(outcomes["facade"], Outcome::Held("keys".into()));
    let told = told(&releases(), &outcomes);
    assert!(told.contains("facade 0.2.0: not tried: keys cannot be used"), "{told}");
}

#[test]
fn a_run_after_a_failure_publishes_what_is_left_and_no_more() {
    let mut registry = Fake { refused: names(&["crypto"]), ..Fake::default() };
    publish(&releases(), &mut registry).unwrap();
    registry.refused.clear();
    registry.tried.clear();
    let outcomes = publish(&releases(), &mut registry).unwrap();
    assert_eq!(registry.tried, ["crypto", "keys", "facade"]);
    assert_eq!((&outcomes["core"], &outcomes["facade"]), (&Outcome::Present, &Outcome::Published));
}

#[test]
fn an_upload_whose_answer_was_lost_is_out() {
    let mut registry = Fake { lost_answers: names(&["core"]), ..Fake::default() };
    let outcomes = publish(&releases(), &mut registry).unwrap();
    assert!(outcomes.values().all(|it| *it == Outcome::Published));
    assert_eq!(registry.tried.iter().filter(|name| *name == "core").count(), 1);
}

#[test]
fn a_version_that_was_yanked_holds_those_that_need_it_and_nobody_else() {
    let mut registry = Fake { yanked: names(&["crypto 0.2.0"]), ..Fake::default() };
    let outcomes = publish(&releases(), &mut registry).unwrap();
    assert_eq!(outcomes["crypto"], Outcome::Unusable);
    assert_eq!(outcomes["keys"], Outcome::Held("crypto".into()));
    assert_eq!(outcomes["secrets"], Outcome::Published);
    let told = told(&releases(), &outcomes);
    assert!(told.contains("crypto 0.2.0: is on the registry, yanked or not in its index yet"));
}

#[test]
fn nothing_is_uploaded_when_the_registry_cannot_tell_what_it_has() {
    let mut registry = Fake { unreachable: true, ..Fake::default() };
    assert!(publish(&releases(), &mut registry).is_err());
    assert!(registry.tried.is_empty());
}

#[test]
fn another_version_that_is_out_does_not_count() {
    let mut registry = Fake { out: names(&["core 0.1.0"]), ..Fake::default() };
    assert_eq!(missing(&releases(), &mut registry).unwrap().len(), 6);
}

#[test]
fn the_crates_of_a_workspace_are_released_at_their_own_versions() {
    let tree = Tree::of(&[
        (
            "b/Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.2.0\"\n[dependencies]\nz = { workspace = true }",
        ),
        ("a/Cargo.toml", "[package]\nname = \"z\"\nversion = \"0.1.1\""),
    ]);
    let releases = releases_of(&tree);
    assert_eq!(releases, ["z 0.1.1 []", "a 0.2.0 [\"z\"]"]);
}

#[test]
fn a_tag_whose_changes_still_wait_for_their_version_is_refused() {
    let member = ("a/Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.2.0\"");
    let waiting = (".changes/x.md", "---\ncrates: [a]\nkind: fixed\n---\nOne.\n");
    let refused = refuse_unprepared(&Tree::of(&[member, waiting])).unwrap_err();
    assert!(refused.to_string().ends_with(": .changes/x.md"), "{refused}");
    refuse_unprepared(&Tree::of(&[member])).unwrap();
}

#[test]
fn everybodys_registry_is_not_ones_own_by_its_other_name() {
    assert!(is_ones_own(Some("local")));
    assert!(!is_ones_own(None) && !is_ones_own(Some("crates-io")));
}

fn releases_of(tree: &Tree) -> Vec<String> {
    let shown = |it: &Release| format!("{} {} {:?}", it.name, it.version, it.uses);
    super::releases(tree).unwrap().iter().map(shown).collect()
}
