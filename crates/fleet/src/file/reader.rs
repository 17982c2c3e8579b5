//! Reads values out of TOML tables, and notes with its place whatever is not as it must be.

use std::collections::BTreeMap;

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use crate::{
    Place,
    place::{Lines, Placed},
    problem::{Problem, suggestion},
};

/// The text that is read, and what was wrong in it so far.
pub(super) struct Reader<'t> {
    lines: Lines<'t>,
    pub(super) problems: Vec<Problem>,
}

/// A table of the file, and the path of keys to it.
#[derive(Clone, Debug)]
pub(super) struct Section<'a> {
    pub(super) path: String,
    pub(super) place: Place,
    table: &'a DeTable<'a>,
}

impl Section<'_> {
    /// The same under another path.
    pub(super) fn called(&self, path: String) -> Self {
        Self { path, ..self.clone() }
    }
}

/// A value of the file, with the path to it.
pub(super) struct Entry<'a> {
    pub(super) path: String,
    pub(super) key: &'a str,
    pub(super) key_place: Place,
    pub(super) place: Place,
    pub(super) value: &'a DeValue<'a>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(lines: Lines<'t>) -> Self {
        Self { lines, problems: Vec::new() }
    }

    pub(super) fn place(&self, offset: usize) -> Place {
        self.lines.place(offset)
    }

    pub(super) fn problem(
        &mut self,
        key: impl Into<String>,
        message: impl Into<String>,
        place: Place,
    ) {
        self.problems.push(Problem::new(key, message, Some(place)));
    }

    pub(super) fn root<'a>(&self, table: &'a DeTable<'a>) -> Section<'a> {
        Section { path: String::new(), place: self.place(0), table }
    }

    /// What a section says, in the order of the file.
    pub(super) fn entries<'a>(&self, section: &Section<'a>) -> Vec<Entry<'a>> {
        let mut entries: Vec<_> = section.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(|(key, value)| self.to_entry(section, key, value)).collect()
    }

    fn entry<'a>(&self, section: &Section<'a>, wanted: &str) -> Option<Entry<'a>> {
        let (key, value) = section.table.iter().find(|(key, _)| key.get_ref() == wanted)?;
        Some(self.to_entry(section, key, value))
    }

    fn to_entry<'a>(
        &self,
        section: &Section<'_>,
        key: &'a Spanned<DeString<'a>>,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Entry<'a> {
        Entry {
            path: section.below(key.get_ref()),
            key: key.get_ref(),
            key_place: self.place(key.span().start),
            place: self.place(value.span().start),
            value: value.get_ref(),
        }
    }

    /// Refuses keys that are none of `known`.
    pub(super) fn only(&mut self, section: &Section<'_>, known: &[&str]) {
        for entry in self.entries(section) {
            if !known.contains(&entry.key) {
                let near = suggestion(entry.key, known.iter().copied());
                let known = known.join(", ");
                let message = format!("there is no such key{near} (known here: {known})");
                self.problem(entry.path, message, entry.key_place);
            }
        }
    }

    fn unlike(&mut self, entry: &Entry<'_>, wanted: &str) {
        let message = format!("is {}: it must be {wanted}", article(entry.value.type_str()));
        self.problem(&entry.path, message, entry.place);
    }

    pub(super) fn string(&mut self, section: &Section<'_>, key: &str) -> Option<Placed<String>> {
        let entry = self.entry(section, key)?;
        match entry.value.as_str() {
            Some(text) => Some(Placed::new(text.to_owned(), Some(entry.place))),
            None => {
                self.unlike(&entry, "a string");
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, section: &Section<'_>, key: &str) -> Option<Placed<bool>> {
        let entry = self.entry(section, key)?;
        match entry.value.as_bool() {
            Some(value) => Some(Placed::new(value, Some(entry.place))),
            None => {
                self.unlike(&entry, "true or false");
                None
            }
        }
    }

    pub(super) fn number(&mut self, section: &Section<'_>, key: &str) -> Option<Placed<u32>> {
        let entry = self.entry(section, key)?;
        let Some(number) = entry.value.as_integer() else {
            self.unlike(&entry, "a whole number");
            return None;
        };
        let (digits, radix) = (number.as_str(), number.radix());
        let number = u32::from_str_radix(digits, radix).ok();
        if number.is_none() {
            let is = if radix == 10 { digits } else { "a larger number" };
            let message = format!("is {is}: it must be a whole number from 0 to 4,294,967,295");
            self.problem(&entry.path, message, entry.place);
        }
        number.map(|number| Placed::new(number, Some(entry.place)))
    }

    /// A string that is one of `words`, whatever its case.
    pub(super) fn word<'w>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        words: &[&'w str],
    ) -> Option<Placed<&'w str>> {
        let text = self.string(section, key)?;
        let found = self.known_word(&section.below(key), &text, words);
        found.map(|word| Placed::new(word, text.place))
    }

    /// The one of `words` that `text` is.
    pub(super) fn known_word<'w>(
        &mut self,
        path: &str,
        text: &Placed<String>,
        words: &[&'w str],
    ) -> Option<&'w str> {
        let found = words.iter().find(|word| word.eq_ignore_ascii_case(&text.value));
        if found.is_none() {
            let near = suggestion(&text.value, words.iter().copied());
            let message = format!("{:?} is none of {}{near}", text.value, words.join(", "));
            self.problems.push(Problem::new(path, message, text.place));
        }
        found.copied()
    }

    pub(super) fn strings(&mut self, section: &Section<'_>, key: &str) -> Vec<Placed<String>> {
        let Some(entry) = self.entry(section, key) else {
            return Vec::new();
        };
        let Some(items) = entry.value.as_array() else {
            self.unlike(&entry, "a list of strings");
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in items.iter() {
            let place = self.place(item.span().start);
            match item.get_ref().as_str() {
                Some(text) => strings.push(Placed::new(text.to_owned(), Some(place))),
                None => {
                    let kind = article(item.get_ref().type_str());
                    self.problem(&entry.path, format!("holds {kind}: it must hold strings"), place);
                }
            }
        }
        strings
    }

    pub(super) fn table<'a>(
        &mut self,
        section: &Section<'a>,
        key: &str,
        wanted: &str,
    ) -> Option<Section<'a>> {
        let entry = self.entry(section, key)?;
        self.as_table(&entry, wanted)
    }

    pub(super) fn as_table<'a>(&mut self, entry: &Entry<'a>, wanted: &str) -> Option<Section<'a>> {
        match entry.value.as_table() {
            Some(table) => {
                Some(Section { path: entry.path.clone(), place: entry.key_place, table })
            }
            None => {
                self.unlike(entry, wanted);
                None
            }
        }
    }

    /// The tables of a list, each of which begins with `header`, `[[vault]]` for instance; a number
    /// is added to the path of each.
    pub(super) fn tables<'a>(
        &mut self,
        section: &Section<'a>,
        key: &str,
        header: &str,
    ) -> Vec<Section<'a>> {
        let Some(entry) = self.entry(section, key) else {
            return Vec::new();
        };
        let wanted = format!("a list of tables: begin each with {header}");
        let Some(items) = entry.value.as_array() else {
            self.unlike(&entry, &wanted);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let place = self.place(item.span().start);
            match item.get_ref().as_table() {
                Some(table) => {
                    tables.push(Section { path: format!("{}[{n}]", entry.path), place, table });
                }
                None => self.problem(&entry.path, format!("must be {wanted}"), place),
            }
        }
        tables
    }

    /// The keys of a table, with their places; none if there is no such table.
    pub(super) fn keys<'a>(&self, section: &Section<'a>, key: &str) -> Vec<(&'a str, Place)> {
        let table = self.entry(section, key).and_then(|entry| entry.value.as_table());
        let keys = table.into_iter().flat_map(|table| table.keys());
        keys.map(|key| (key.get_ref().as_ref(), self.place(key.span().start))).collect()
    }

    /// A table of strings alone.
    pub(super) fn map(&mut self, section: &Section<'_>, key: &str) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        let Some(table) = self.table(section, key, "a table of strings") else {
            return map;
        };
        for entry in self.entries(&table) {
            match entry.value.as_str() {
                Some(value) => {
                    map.insert(entry.key.to_owned(), value.to_owned());
                }
                None => self.unlike(&entry, "a string"),
            }
        }
        map
    }
}

impl Section<'_> {
    /// The path of a key in this section.
    pub(super) fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

fn article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {kind}")
}
