//! Every public method of a client has an example, or points to that of a method which shows it.

use std::collections::BTreeMap;

use regex::Regex;

use super::{Problem, scan};
use crate::tree::Tree;

/// The types beside those whose name ends in `Client`.
const TYPES: [&str; 7] =
    ["Call", "Emulator", "Fleet", "Pager", "Poller", "Provisioner", "SecretCache"];

/// Types that end so and are no client of a user's, with the reason.
const NOT: [(&str, &str); 1] =
    [("core::Client", "what clients are made of; core names no operation that it could show")];

/// A public method, with its documentation.
struct Method<'a> {
    path: &'a str,
    line: usize,
    name: String,
    doc: String,
}

/// Methods that no example calls.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let expressions = Expressions::new();
    let Ok(expressions) = expressions else {
        return vec!["the expressions of method_examples.rs cannot be read".to_owned()];
    };
    let mut types: BTreeMap<String, Vec<Method<'_>>> = BTreeMap::new();
    for (path, text) in tree.texts_ending(".rs") {
        let Some((folder, rest)) = path.strip_prefix("crates/").and_then(|p| p.split_once('/'))
        else {
            continue;
        };
        if rest.starts_with("src/") {
            for (name, method) in expressions.methods(path, text) {
                types.entry(format!("{folder}::{name}")).or_default().push(method);
            }
        }
    }
    types.retain(|name, _| !NOT.iter().any(|(not, _)| not == name));
    types.iter().flat_map(|(name, methods)| missing(name, methods, &expressions)).collect()
}

/// What of one type nobody shows.
fn missing(name: &str, methods: &[Method<'_>], expressions: &Expressions) -> Vec<Problem> {
    let shown = |method: &&Method<'_>| {
        let call = format!(".{}(", method.name);
        let mut pointed = expressions.link.captures_iter(&method.doc).filter_map(|link| {
            let to = link.get(1)?.as_str();
            methods.iter().find(|other| other.name == to)
        });
        method.doc.contains("```") || pointed.any(|other| other.doc.contains(&call))
    };
    let without = methods.iter().filter(|method| !shown(method));
    let problem = |method: &Method<'_>| {
        format!("{}:{}: {name}::{} has no example", method.path, method.line, method.name)
    };
    without.map(problem).collect()
}

/// What is looked for in source.
struct Expressions {
    block: Regex,
    method: Regex,
    link: Regex,
}

impl Expressions {
    fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            block: Regex::new(r"^impl(?:<[^>]*>)? ([A-Za-z]+)(?:<.*>)? \{")?,
            method: Regex::new(r"^    pub (?:const )?(?:async )?fn ([a-z0-9_]+)")?,
            link: Regex::new(r"\(Self::([a-z0-9_]+)\)")?,
        })
    }

    /// The public methods of the types in question, as rustfmt lays out their `impl` blocks.
    fn methods<'a>(&self, path: &'a str, text: &str) -> Vec<(String, Method<'a>)> {
        let code = scan::code_only(text);
        let end = scan::tests_begin(&code).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let (mut of, mut doc) = (None, String::new());
        for ((line, code), number) in text.lines().zip(code.lines()).zip(1..).take(end) {
            if code.starts_with("impl") {
                let name = self.block.captures(code).and_then(|block| block.get(1));
                of = name.map(|name| name.as_str()).filter(|name| is_client(name));
            }
            match line.trim_start().strip_prefix("///") {
                Some(text) => {
                    doc.push_str(text);
                    doc.push('\n');
                }
                None if line.trim_start().starts_with("#[") => doc.push_str(line),
                None => {
                    let name = self.method.captures(code).and_then(|method| method.get(1));
                    if let (Some(of), Some(name)) = (of, name)
                        && !doc.contains("doc(hidden)")
                    {
                        let (name, doc) = (name.as_str().to_owned(), std::mem::take(&mut doc));
                        found.push((of.to_owned(), Method { path, line: number, name, doc }));
                    }
                    doc.clear();
                }
            }
        }
        found
    }
}

fn is_client(name: &str) -> bool {
    name.ends_with("Client") || TYPES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Vec<Problem> {
        check(&Tree::of(&[(
            "crates/keys/src/client.rs",
            &format!("impl KeyClient {{\n{body}\n}}\n"),
        )]))
    }

    const SHOWN: &str = "    /// Signs.\n    /// ```\n    /// k.sign().await?; k.verify();\n    /// ```\n    pub fn sign(&self) {}\n";

    #[test]
    fn a_method_with_an_example_passes() {
        assert!(of(SHOWN).is_empty());
        assert!(of(&SHOWN.replace("    pub fn", "    #[must_use]\n    pub async fn")).is_empty());
    }

    #[test]
    fn a_method_without_one_fails_with_its_place() {
        let problems = of("    /// Signs.\n    pub async fn sign(&self) {}");
        assert_eq!(problems, ["crates/keys/src/client.rs:3: keys::KeyClient::sign has no example"]);
    }

    #[test]
    fn what_points_to_an_example_that_calls_it_passes_and_else_fails() {
        let pointing = "    /// See [`sign`](Self::sign).\n    pub fn verify(&self) {}";
        assert!(of(&format!("{SHOWN}{pointing}")).is_empty());
        let other = pointing.replace("verify", "decrypt");
        assert_eq!(of(&format!("{SHOWN}{other}")).len(), 1);
    }

    #[test]
    fn what_a_client_gives_needs_examples_too() {
        for head in ["<T: 'static> Call<T>", "<T: Send + 'static> Poller<T>", "<T> Pager<T>"] {
            let text = format!("impl{head} {{\n    pub fn a(&self) {{}}\n}}\n");
            let tree = Tree::of(&[("crates/core/src/a.rs", &text)]);
            assert_eq!(check(&tree).len(), 1, "{head}");
        }
    }

    #[test]
    fn hidden_and_private_methods_and_other_types_need_none() {
        assert!(
            of("    #[doc(hidden)]\n    pub fn a(&self) {}\n    pub(crate) fn b(&self) {}")
                .is_empty()
        );
        let tree = Tree::of(&[
            ("crates/keys/src/a.rs", "impl KeyBundle {\n    pub fn a(&self) {}\n}\n"),
            ("crates/core/src/client.rs", "impl Client {\n    pub fn a(&self) {}\n}\n"),
            ("crates/keys/tests/it/a.rs", "impl KeyClient {\n    pub fn a(&self) {}\n}\n"),
            (
                "crates/keys/src/b.rs",
                "impl fmt::Debug for KeyClient {\n    pub fn a(&self) {}\n}\n",
            ),
        ]);
        assert!(check(&tree).is_empty());
    }
}
