//! What was asked of the emulator, by filters.

use http::Method;
use serde_json::{Map, Value, json};

use super::{faults::no_content, refusal::Refusal, shown};
use crate::{
    journal::{JournalFilter, Records},
    message::{Request, Response},
};

pub(super) fn answer(records: &Records, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD, Method::DELETE])?;
    if request.method == Method::DELETE {
        records.clear();
        return Ok(no_content());
    }
    let filter = filter(request.query.as_deref().unwrap_or_default())?;
    let requests = records.journal().matching(filter).requests();
    Ok(shown(&json!({"count": requests.len(), "value": requests})))
}

/// Each parameter is a field of the filter; the numbers and switches among them are known by their form.
fn filter(query: &str) -> Result<JournalFilter, Refusal> {
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let typed = ["status", "fault", "struck", "done", "from_order"].contains(&&*name);
        let parsed = if typed { serde_json::from_str(&value).ok() } else { None };
        let parsed = parsed.unwrap_or_else(|| Value::from(value.into_owned()));
        if fields.insert(name.clone().into_owned(), parsed).is_some() {
            return Err(Refusal::bad(format!(
                "The query has '{name}' twice, and both cannot hold."
            )));
        }
    }
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| Refusal::bad(format!("The query is not right: {error}.")))
}
