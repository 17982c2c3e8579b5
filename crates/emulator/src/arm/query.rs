//! The query of a management request. Some clients percent-encode the parameters' names too.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::ArmError;

/// The size of a page when none is asked for.
const DEFAULT_PAGE: usize = 1000;

#[derive(Debug)]
pub(super) struct Query {
    pub(super) api_version: String,
    pub(super) filter: Option<String>,
    top: Option<usize>,
    /// The name that the page starts after, in lower case.
    pub(super) after: String,
    /// Which operation on this resource is asked after.
    pub(super) operation: Option<String>,
    expand: Option<String>,
}

impl Query {
    pub(super) fn parse(query: Option<&str>) -> Result<Self, ArmError> {
        let (mut api_version, mut filter, mut top, mut after) = (None, None, None, String::new());
        let (mut operation, mut expand) = (None, None);
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.to_ascii_lowercase().as_str() {
                "api-version" => api_version = Some(value.into_owned()),
                "$filter" => filter = Some(value.into_owned()),
                "$top" => top = Some(page_size(&value)?),
                "$skiptoken" => after = marker(&value)?,
                "$expand" => expand = Some(value.into_owned()),
                "kv-operation" => operation = Some(value.into_owned()),
                _ => {}
            }
        }
        let api_version = api_version
            .filter(|version| !version.is_empty())
            .ok_or_else(ArmError::missing_api_version)?;
        Ok(Self { api_version, filter, top, after, operation, expand })
    }

    /// Whether the version asked for is of that day or later, its previews included.
    pub(super) fn is_since(&self, date: &str) -> bool {
        self.api_version.as_str() >= date
    }

    pub(super) fn page_size(&self) -> usize {
        self.page_size_or(DEFAULT_PAGE)
    }

    pub(super) fn page_size_or(&self, default: usize) -> usize {
        self.top.unwrap_or(default)
    }

    /// Whether a member is asked for that is left out otherwise.
    pub(super) fn expands(&self, member: &str) -> bool {
        let asked = self.expand.iter().flat_map(|members| members.split(','));
        asked.map(str::trim).any(|asked| asked.eq_ignore_ascii_case(member))
    }

    /// What continues a list after `last`, as part of a link.
    pub(super) fn continued(&self, last: &str) -> String {
        let token = STANDARD_NO_PAD.encode(last);
        let token = utf8_percent_encode(&token, NON_ALPHANUMERIC);
        let version = self.encoded_api_version();
        let mut query = format!("api-version={version}&$skiptoken={token}");
        if let Some(top) = self.top {
            query.push_str(&format!("&$top={top}"));
        }
        if let Some(filter) = &self.filter {
            query.push_str(&format!("&$filter={}", utf8_percent_encode(filter, NON_ALPHANUMERIC)));
        }
        if let Some(expand) = &self.expand {
            query.push_str(&format!("&$expand={}", utf8_percent_encode(expand, NON_ALPHANUMERIC)));
        }
        query
    }

    /// The api-version for a link; dots and hyphens need no escape.
    pub(super) fn encoded_api_version(&self) -> String {
        let version = utf8_percent_encode(&self.api_version, NON_ALPHANUMERIC).to_string();
        version.replace("%2E", ".").replace("%2D", "-")
    }
}

fn page_size(value: &str) -> Result<usize, ArmError> {
    value.parse().ok().filter(|size| *size > 0).ok_or_else(|| {
        ArmError::invalid("InvalidTopParameter", "The value of '$top' must be a positive number.")
    })
}

fn marker(value: &str) -> Result<String, ArmError> {
    STANDARD_NO_PAD
        .decode(value)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(|name| name.to_ascii_lowercase())
        .ok_or_else(|| {
            ArmError::invalid("InvalidSkipToken", "The value of '$skiptoken' is not valid.")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(Some(text)).unwrap()
    }

    #[test]
    fn previews_count_as_their_day() {
        for (version, since) in
            [("2021-06-01-preview", true), ("2021-04-01", false), ("2026-05-15", true)]
        {
            let query = query(&format!("api%2Dversion={version}"));
            assert_eq!(query.is_since("2021-06-01"), since, "{version}");
        }
    }

    #[test]
    fn a_continued_query_reads_back() {
        let first = query("api-version=2019-09-01&$top=2&%24filter=name%20eq%20'kv'");
        let link = first.continued("pykvf9870e4e");
        assert!(link.starts_with("api-version=2019-09-01&$skiptoken=cHlrdmY5ODcwZTRl&"), "{link}");
        let next = query(&link);
        assert_eq!(next.after, "pykvf9870e4e");
        assert_eq!((next.page_size(), next.filter), (2, first.filter));
    }
}
