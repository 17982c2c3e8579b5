//! The language of the rows: requests to a world, and the answers that are on record.
//!
//! ```text
//! === id of the row, or of several     # after two spaces comes what has to be said
//! world vault days=7                   a fresh emulator; what else there is: `World::apply`
//! + PUT /secrets/s                     something done before, which has to succeed
//! + {"value":"x"}
//! = v /id                              remembers what is behind the last slash of a member of that answer
//! advance 5                            the clock, in seconds
//! > GET /secrets/s/{v}?api-version=7.6
//! > x-ms-client-request-id: abc        a header
//! > no token                           or `> as somebody`, `> of tenant GUID`
//! < 200
//! < pragma: no-cache                   a header of the answer, or `< !pragma` for one that is not there
//! < {"value":"x",…}                    the whole body; or `< empty`, `< text …`
//! ```

/// A row of one or more lines of the record.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) ids: Vec<String>,
    pub(super) world: String,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Step {
    /// Has to succeed, and is not judged any further.
    Before(Request),
    /// Remembers a part of the last answer.
    Remember {
        name: String,
        pointer: String,
    },
    Advance(u64),
    Exchange(Request, Expected),
}

#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    /// A path, or a URL with its host.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) sender: Sender,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Sender {
    #[default]
    Default,
    Nobody,
    Somebody,
    OfTenant(String),
}

#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) absent: Vec<String>,
    pub(super) body: Option<String>,
}

/// Reads the rows of a file.
pub(super) fn read(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        if line.is_empty() || mark == "#" {
            continue;
        }
        if mark == "===" {
            let ids = rest.split_whitespace().map(str::to_owned).collect();
            rows.push(Row { ids, world: "vault".to_owned(), steps: Vec::new() });
            continue;
        }
        let row = rows.last_mut().unwrap_or_else(|| panic!("{line} stands before any row"));
        row.line(mark, rest);
    }
    rows
}

impl Row {
    fn line(&mut self, mark: &str, rest: &str) {
        let last = self.steps.last_mut();
        match (mark, last) {
            ("world", _) => self.world = rest.to_owned(),
            ("advance", _) => self.steps.push(Step::Advance(rest.parse().unwrap())),
            ("=", _) => {
                let (name, pointer) = rest.split_once(' ').unwrap();
                let (name, pointer) = (name.to_owned(), pointer.to_owned());
                self.steps.push(Step::Remember { name, pointer });
            }
            ("+", Some(Step::Before(request))) if !starts_request(rest) => request.line(rest),
            ("+", _) => self.steps.push(Step::Before(Request::start(rest))),
            (">", Some(Step::Exchange(request, expected)))
                if expected.status == 0 && !starts_request(rest) =>
            {
                request.line(rest);
            }
            (">", _) => {
                self.steps.push(Step::Exchange(Request::start(rest), Expected::default()));
            }
            ("<", Some(Step::Exchange(_, expected))) => expected.line(rest),
            _ => panic!("{mark} {rest} makes no sense in {:?}", self.ids),
        }
    }
}

fn starts_request(rest: &str) -> bool {
    ["GET ", "PUT ", "POST ", "PATCH ", "DELETE ", "HEAD ", "OPTIONS "]
        .iter()
        .any(|method| rest.starts_with(method))
}

impl Request {
    fn start(rest: &str) -> Self {
        let (method, target) = rest.split_once(' ').unwrap();
        Self { method: method.to_owned(), target: target.to_owned(), ..Self::default() }
    }

    fn line(&mut self, rest: &str) {
        if rest.starts_with(['{', '[']) {
            assert!(self.body.is_empty(), "two bodies: {rest}");
            rest.clone_into(&mut self.body);
        } else if let Some(text) = rest.strip_prefix("text ") {
            text.clone_into(&mut self.body);
        } else if rest == "no token" {
            self.sender = Sender::Nobody;
        } else if rest == "as somebody" {
            self.sender = Sender::Somebody;
        } else if let Some(tenant) = rest.strip_prefix("of tenant ") {
            self.sender = Sender::OfTenant(tenant.to_owned());
        } else {
            let (name, value) = rest.split_once(": ").unwrap_or_else(|| panic!("{rest}?"));
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl Expected {
    fn line(&mut self, rest: &str) {
        if let Ok(status) = rest.parse() {
            self.status = status;
        } else if rest.starts_with(['{', '[']) {
            self.body = Some(rest.to_owned());
        } else if rest == "empty" {
            self.body = Some(String::new());
        } else if let Some(text) = rest.strip_prefix("text ") {
            self.body = Some(text.to_owned());
        } else if let Some(name) = rest.strip_prefix('!') {
            self.absent.push(name.to_owned());
        } else {
            let (name, value) = rest.split_once(": ").unwrap_or_else(|| panic!("{rest}?"));
            self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }
}
