//! The rows of `docs/reliability.md`: which test shows a failure mode, and which line it hangs on.

use anyhow::{Context, Result, bail};

use crate::tree::Tree;

/// Where the rows are.
pub(crate) const FILE: &str = "docs/reliability.md";

/// A test and the line whose removal turns it red.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The number of the failure mode.
    pub(crate) mode: u32,
    /// `path/of/the/file.rs::name_of_the_test`.
    pub(crate) test: String,
    /// The file that holds the line.
    pub(crate) file: String,
    /// The line, without what is around it.
    pub(crate) line: String,
    /// What takes its place; nothing if it is removed.
    pub(crate) becomes: Option<String>,
    /// Where the line is not the only one of its kind: a text that stands before it.
    pub(crate) after: Option<String>,
    /// Whether a test that hangs without the line counts as red.
    pub(crate) hangs: bool,
}

/// How cargo finds a test.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The package.
    pub(crate) package: String,
    /// The package's folder.
    pub(crate) dir: String,
    /// Whether it is one of the integration tests, not of the library's own.
    pub(crate) integration: bool,
    /// Its full name in the binary.
    pub(crate) name: String,
}

/// All rows, in order.
pub(crate) fn rows(tree: &Tree) -> Result<Vec<Row>> {
    let text = tree.text(FILE).with_context(|| format!("{FILE} is missing"))?;
    let mut rows = Vec::new();
    let mut mode = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            mode = heading.split_once('.').and_then(|(number, _)| number.parse().ok());
        } else if line == "```toml" {
            let block: String =
                lines.by_ref().take_while(|line| *line != "```").fold(String::new(), join);
            let mode = mode.with_context(|| format!("{FILE}: rows without a number: {block}"))?;
            rows.extend(block_rows(mode, &block).with_context(|| format!("{FILE}, {mode}"))?);
        }
    }
    Ok(rows)
}

fn join(block: String, line: &str) -> String {
    block + line + "\n"
}

fn block_rows(mode: u32, block: &str) -> Result<Vec<Row>> {
    const KNOWN: [&str; 6] = ["test", "file", "line", "becomes", "after", "hangs"];
    let table: toml::Table = block.parse()?;
    let entries = table.get("bite").and_then(toml::Value::as_array).context("no [[bite]]")?;
    let mut rows = Vec::new();
    for entry in entries {
        let entry = entry.as_table().context("a bite is a table")?;
        if let Some(unknown) = entry.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            bail!("`{unknown}` is not a part of a row");
        }
        let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let part = |key: &str| text(key).with_context(|| format!("a row without `{key}`"));
        rows.push(Row {
            mode,
            test: part("test")?,
            file: part("file")?,
            line: part("line")?,
            becomes: text("becomes"),
            after: text("after"),
            hangs: entry.get("hangs").and_then(toml::Value::as_bool).unwrap_or(false),
        });
    }
    Ok(rows)
}

impl Row {
    /// What is done to which file: the same for rows of the same line.
    pub(crate) fn change(&self) -> (String, String, Option<String>, Option<String>) {
        (self.file.clone(), self.line.clone(), self.becomes.clone(), self.after.clone())
    }

    /// `source` without the line, or with the other one in its place.
    pub(crate) fn bitten(&self, source: &str) -> Result<String> {
        let start = match &self.after {
            None => 0,
            Some(after) => source.find(after).with_context(|| format!("no `{after}`"))?,
        };
        let (before, rest) = source.split_at_checked(start).unwrap_or(("", source));
        let wanted = self.line.trim();
        let found = rest.lines().filter(|line| line.trim() == wanted).count();
        match found {
            0 => bail!("no line `{wanted}`"),
            1 => {}
            _ if self.after.is_some() => {}
            _ => bail!("{found} lines `{wanted}`; say which one by `after`"),
        }
        let mut done = false;
        let mut bitten = before.to_owned();
        for line in rest.split_inclusive('\n') {
            if !done && line.trim() == wanted {
                done = true;
                if let Some(becomes) = &self.becomes {
                    bitten.push_str(becomes);
                    bitten.push('\n');
                }
            } else {
                bitten.push_str(line);
            }
        }
        Ok(bitten)
    }

    /// Where cargo finds the test.
    pub(crate) fn place(&self, tree: &Tree) -> Result<Place> {
        let (path, name) = self.test.split_once("::").context("a test is PATH::NAME")?;
        let text = tree.text(path).with_context(|| format!("no file {path}"))?;
        if !has_test(text, name) {
            bail!("no test `{name}` in {path}");
        }
        let member = tree.owner(path).with_context(|| format!("no package owns {path}"))?;
        let inside = path.strip_prefix(&format!("{}/", member.dir)).unwrap_or(path);
        let inside = inside.strip_suffix(".rs").context("not a Rust file")?;
        let integration = inside.strip_prefix("tests/it/").or(inside.strip_prefix("it/"));
        let module = match (integration, inside.strip_prefix("src/")) {
            (Some(module), _) => module.trim_end_matches("/mod").replace('/', "::"),
            (None, Some(module)) => {
                let module = module.trim_end_matches("/mod").replace('/', "::");
                let of_tests = |part: &str| part.ends_with("tests");
                if module.split("::").any(of_tests) { module } else { format!("{module}::tests") }
            }
            (None, None) => bail!("{path} is neither in src nor in tests/it"),
        };
        let name = match module.as_str() {
            "main" => name.to_owned(),
            "lib::tests" => format!("tests::{name}"),
            module => format!("{module}::{name}"),
        };
        Ok(Place {
            package: member.name.clone(),
            dir: member.dir.clone(),
            integration: integration.is_some(),
            name,
        })
    }
}

/// Whether `text` has a test function of that name.
pub(crate) fn has_test(text: &str, name: &str) -> bool {
    let signatures = [format!("fn {name}()"), format!("async fn {name}()")];
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_function = |line: &&str| signatures.iter().any(|s| line.starts_with(s.as_str()));
    let Some(at) = lines.iter().position(is_function) else { return false };
    let above = lines.get(..at).unwrap_or_default().iter().rev();
    let mut attributes = above.take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    attributes.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOC: &str = "# R\n## 7. Lost\nText.\n```toml\n[[bite]]\ntest = \"tests/it/a.rs::it_is\"\n\
        file = \"crates/c/src/l.rs\"\nline = 'let x = 1;'\nbecomes = 'let x = 2;'\n```\n";

    fn tree() -> Tree {
        Tree::of(&[
            (FILE, DOC),
            ("tests/Cargo.toml", "[package]\nname = \"t\""),
            ("tests/it/a.rs", "#[test]\nfn it_is() {}\nfn it_is_not() {}\n"),
            ("crates/c/Cargo.toml", "[package]\nname = \"c\""),
            ("crates/c/src/d/mod.rs", "#[tokio::test]\nasync fn it_is() {}\n"),
            ("crates/c/src/d/tests.rs", "#[test]\nfn it_is() {}\n"),
            ("crates/c/src/d/tests/e.rs", "#[test]\nfn it_is() {}\n"),
        ])
    }

    fn row(line: &str) -> Row {
        Row { line: line.to_owned(), becomes: None, ..rows(&tree()).unwrap().remove(0) }
    }

    #[test]
    fn rows_are_read_with_their_number() {
        let rows = rows(&tree()).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].mode, rows[0].line.as_str()), (7, "let x = 1;"));
        assert_eq!(rows[0].becomes.as_deref(), Some("let x = 2;"));
        let without = DOC.replace("## 7. ", "## ");
        assert!(super::rows(&Tree::of(&[(FILE, &without)])).is_err());
        let misspelt = DOC.replace("becomes", "become");
        assert!(super::rows(&Tree::of(&[(FILE, &misspelt)])).is_err());
    }

    #[test]
    fn exactly_one_line_is_removed_or_replaced() {
        assert_eq!(row("b;").bitten("a;\n  b;\nc;\n").unwrap(), "a;\nc;\n");
        let replaced = Row { becomes: Some("x".to_owned()), ..row("b;") };
        assert_eq!(replaced.bitten("a;\n  b;\nc;").unwrap(), "a;\nx\nc;");
        assert!(row("b;").bitten("a;\n").is_err());
        assert!(row("b;").bitten("b;\nb;\n").is_err());
        let second = Row { after: Some("fn f".to_owned()), ..row("b;") };
        assert_eq!(second.bitten("b;\nfn f\nb;\nb;\n").unwrap(), "b;\nfn f\nb;\n");
        assert!(second.bitten("b;\n").is_err());
    }

    #[test]
    fn a_test_is_found_by_its_full_name() {
        let place = |test: &str| Row { test: test.to_owned(), ..row("") }.place(&tree());
        let found = place("tests/it/a.rs::it_is").unwrap();
        assert_eq!((found.package.as_str(), found.name.as_str()), ("t", "a::it_is"));
        assert!(found.integration);
        assert_eq!(place("crates/c/src/d/mod.rs::it_is").unwrap().name, "d::tests::it_is");
        assert_eq!(place("crates/c/src/d/tests.rs::it_is").unwrap().name, "d::tests::it_is");
        assert_eq!(place("crates/c/src/d/tests/e.rs::it_is").unwrap().name, "d::tests::e::it_is");
        assert!(place("tests/it/a.rs::it_is_not").is_err(), "no test");
        assert!(place("tests/it/b.rs::it_is").is_err());
    }
}
