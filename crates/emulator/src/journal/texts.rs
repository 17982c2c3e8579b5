//! The texts of a record in one piece of memory: thousands of records are kept, and the oldest one goes with each new
//! one, long after it was last looked at.

use http::header;

use crate::message::{self, Request};

/// How much is kept of a path with its query, in bytes, and of a header.
const LONGEST_PATH: usize = 4096;
pub(super) const LONGEST_HEADER: usize = 256;

/// What a request says of itself, one after the other.
#[derive(Clone)]
pub(super) struct Texts {
    all: Box<str>,
    /// How long each of them is.
    host: usize,
    path_and_query: usize,
    user_agent: Option<usize>,
    client_request_id: Option<usize>,
}

impl Texts {
    pub(super) fn of(request: &Request) -> Self {
        let header =
            |name| message::header(&request.headers, name).map(|text| cut(text, LONGEST_HEADER));
        let host = cut(&request.host, LONGEST_HEADER);
        let user_agent = header(header::USER_AGENT.as_str());
        let client_request_id = header("x-ms-client-request-id");
        let others = [host, user_agent.unwrap_or_default(), client_request_id.unwrap_or_default()];
        let query = request.query.as_deref();
        let sent = request.path.len() + query.map_or(0, |query| query.len() + 1);
        let longest = others.iter().map(|text| text.len()).sum::<usize>() + sent.min(LONGEST_PATH);
        let mut all = String::with_capacity(longest);
        all.push_str(host);
        push_cut(&mut all, &request.path, host.len() + LONGEST_PATH);
        if let Some(query) = query.filter(|_| request.path.len() <= LONGEST_PATH) {
            push_cut(&mut all, "?", host.len() + LONGEST_PATH);
            push_cut(&mut all, query, host.len() + LONGEST_PATH);
        }
        let path_and_query = all.len() - host.len();
        all.push_str(user_agent.unwrap_or_default());
        all.push_str(client_request_id.unwrap_or_default());
        Self {
            all: all.into_boxed_str(),
            host: host.len(),
            path_and_query,
            user_agent: user_agent.map(str::len),
            client_request_id: client_request_id.map(str::len),
        }
    }

    pub(super) fn host(&self) -> &str {
        self.part(0, self.host)
    }

    pub(super) fn path_and_query(&self) -> &str {
        self.part(self.host, self.path_and_query)
    }

    pub(super) fn user_agent(&self) -> Option<&str> {
        self.user_agent.map(|len| self.part(self.host + self.path_and_query, len))
    }

    pub(super) fn client_request_id(&self) -> Option<&str> {
        let start = self.host + self.path_and_query + self.user_agent.unwrap_or_default();
        self.client_request_id.map(|len| self.part(start, len))
    }

    fn part(&self, start: usize, len: usize) -> &str {
        self.all.get(start..start + len).unwrap_or_default()
    }
}

/// As much of a text as is kept.
pub(super) fn cut(text: &str, longest: usize) -> &str {
    let end = (0..=longest.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// Adds what fits of a text; nothing is added to one that is full.
fn push_cut(all: &mut String, text: &str, longest: usize) {
    all.push_str(cut(text, longest.saturating_sub(all.len())));
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, sync::Arc};

    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::*;
    use crate::message::{Body, Notes};

    fn texts(path: &str, query: Option<&str>, headers: &[(&'static str, &str)]) -> Texts {
        let header = |&(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        Texts::of(&Request {
            method: Method::GET,
            peer: Ipv4Addr::LOCALHOST.into(),
            begun: 0,
            host: "kv.vault.localhost:8443".to_owned(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            headers: headers.iter().map(header).collect::<HeaderMap>(),
            body: Body::Whole(Bytes::new()),
            notes: Arc::new(Notes::default()),
        })
    }

    #[test]
    fn each_text_is_found_again_and_an_absent_one_is_none() {
        let of = |headers: &[(&'static str, &str)]| {
            let texts = texts("/secrets/s", Some("api-version=7.6"), headers);
            assert_eq!(texts.host(), "kv.vault.localhost:8443");
            assert_eq!(texts.path_and_query(), "/secrets/s?api-version=7.6");
            let owned = |text: Option<&str>| text.map(str::to_owned);
            (owned(texts.user_agent()), owned(texts.client_request_id()))
        };
        let (agent, id) = (("user-agent", "agent/1"), ("x-ms-client-request-id", "an-id"));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(of(&[agent, id]), (some("agent/1"), some("an-id")));
        assert_eq!(of(&[agent]), (some("agent/1"), None));
        assert_eq!(of(&[id]), (None, some("an-id")));
        assert_eq!(of(&[("user-agent", "")]), (some(""), None));
        assert_eq!(texts("/", None, &[]).path_and_query(), "/");
    }

    #[test]
    fn long_ones_are_cut_between_characters_and_leave_the_next_whole() {
        let agent = "a".repeat(LONGEST_HEADER + 9);
        let headers = [("user-agent", agent.as_str()), ("x-ms-client-request-id", "an-id")];
        let path = format!("/{}", "é".repeat(LONGEST_PATH));
        let cut = texts(&path, Some("query"), &headers);
        assert_eq!(cut.path_and_query(), &path[..LONGEST_PATH - 1]);
        assert_eq!(cut.user_agent(), Some(&agent[..LONGEST_HEADER]));
        assert_eq!(cut.client_request_id(), Some("an-id"));
        let path = "p".repeat(LONGEST_PATH - 3);
        assert_eq!(texts(&path, Some("query"), &[]).path_and_query(), format!("{path}?qu"));
    }
}
