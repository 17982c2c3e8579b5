//! The query of a data-plane request. Some clients percent-encode the parameters' names too.

use std::borrow::Cow;

use super::ServiceError;

/// The largest page, and the size of a page when none is asked for.
const MAX_PAGE: usize = 25;

#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) api_version: String,
    /// As asked for; part of the next link only then.
    pub(crate) max_results: Option<usize>,
    pub(crate) skip_token: Option<String>,
    /// Of lists of certificates: with those that are not issued yet.
    pub(crate) include_pending: bool,
    /// Of a pending certificate: answers only for this request.
    pub(crate) request_id: Option<String>,
    /// Of the secret of a certificate: the form of file that is wanted.
    pub(crate) out_content_type: Option<String>,
}

impl Query {
    pub(super) fn parse(query: Option<&str>) -> Result<Self, ServiceError> {
        let mut api_version = None;
        let mut max_results = None;
        let mut skip_token = None;
        let mut include_pending = false;
        let mut request_id = None;
        let mut out_content_type = None;
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match lower(name).as_ref() {
                "api-version" => api_version = Some(value.into_owned()),
                "maxresults" => max_results = Some(page_size(&value)?),
                "$skiptoken" => skip_token = Some(value.into_owned()),
                "includepending" => include_pending = value.eq_ignore_ascii_case("true"),
                "outcontenttype" => out_content_type = Some(value.into_owned()),
                "request_id" => request_id = Some(value.into_owned()),
                _ => {}
            }
        }
        let api_version = api_version
            .filter(|version| !version.is_empty())
            .ok_or_else(|| ServiceError::bad_parameter("api-version must be specified"))?;
        Ok(Self {
            api_version,
            max_results,
            skip_token,
            include_pending,
            request_id,
            out_content_type,
        })
    }

    pub(crate) fn page_size(&self) -> usize {
        self.max_results.unwrap_or(MAX_PAGE)
    }

    /// Whether the version asked for is 2026-04-01 or later.
    pub(crate) fn is_at_least_2026_04_01(&self) -> bool {
        // The older versions are no dates, but numbers below 10.
        self.api_version.starts_with("20") && self.api_version.as_str() >= "2026-04-01"
    }

    /// Whether the version asked for is 7.1 or later, its previews and the dated ones since then included.
    pub(crate) fn is_at_least_7_1(&self) -> bool {
        self.version() >= (7, 1)
    }

    /// Whether the version asked for is 7.3 or later, its previews and the dated ones included.
    pub(crate) fn is_at_least_7_3(&self) -> bool {
        self.version() >= (7, 3)
    }

    /// Whether the version asked for is 7.4 or later, the dated ones included.
    pub(crate) fn is_at_least_7_4(&self) -> bool {
        self.version() >= (7, 4)
    }

    /// Whether the version asked for is 7.5 or later, the dated ones included.
    pub(crate) fn is_at_least_7_5(&self) -> bool {
        self.version() >= (7, 5)
    }

    fn version(&self) -> (u32, u32) {
        let mut numbers =
            self.api_version.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
        match (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) {
            // The first versions were dates, too.
            (2000..=2019, _) => (0, 0),
            version => version,
        }
    }
}

/// Most clients write it so: then nothing is copied.
fn lower(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        name
    }
}

fn page_size(value: &str) -> Result<usize, ServiceError> {
    value.parse().ok().filter(|size| (1..=MAX_PAGE).contains(size)).ok_or_else(|| {
        ServiceError::bad_parameter(format!(
            "The value of 'maxresults' must be between 1 and {MAX_PAGE}."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_percent_encoded() {
        let query = Query::parse(Some("api%2Dversion=7.6&%24skiptoken=abc&maxresults=3")).unwrap();
        assert_eq!(query.api_version, "7.6");
        assert_eq!(query.skip_token.as_deref(), Some("abc"));
        assert_eq!(query.page_size(), 3);
    }

    #[test]
    fn versions_compare_by_number() {
        for (version, expected) in [
            ("7.3", false),
            ("7.4", true),
            ("7.4-preview.1", true),
            ("7.10", true),
            ("2025-07-01", true),
            ("2016-10-01", false),
        ] {
            let query = Query::parse(Some(&format!("api-version={version}"))).unwrap();
            assert_eq!(query.is_at_least_7_4(), expected, "{version}");
            assert!(!query.is_at_least_2026_04_01(), "{version}");
        }
        for version in ["2026-04-01", "2026-05-01-preview"] {
            let query = Query::parse(Some(&format!("api-version={version}"))).unwrap();
            assert!(query.is_at_least_2026_04_01(), "{version}");
        }
    }
}
