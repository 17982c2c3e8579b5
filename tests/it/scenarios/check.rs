//! Compares what was seen with what a scenario expects.

use std::{collections::BTreeMap, time::Duration};

use azvault_tests::Seen;

use super::{
    Folder, assertion,
    format::{Ask, Exchange, Expect, Scenario},
    play::{Given, Played},
};

/// All that is wrong.
pub(super) fn check(
    folder: &Folder,
    scenario: &Scenario,
    played: &Played,
    log: &str,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let expect = &scenario.expect;
    check_answers(scenario, played, &mut wrong);
    let took = played.took;
    let most = Duration::from_millis(expect.at_most_ms.max(1));
    if took < Duration::from_millis(expect.at_least_ms) || took > most + Duration::from_millis(20) {
        wrong.push(format!("it took {took:?}"));
    }
    check_exchanges(folder, scenario, &played.seen, &mut wrong);
    if played.lines.len() != expect.runs {
        wrong.push(format!("programs were run: {:?}", played.lines));
    }
    if played.most_at_once > 1 {
        wrong.push(format!("{} programs ran at once", played.most_at_once));
    }
    same("the outcomes", &expect.outcomes, &played.outcomes, &mut wrong);
    same("what was shown", &expect.shown, &played.shown, &mut wrong);
    for word in &expect.nowhere {
        for (place, text) in [("an error or Debug", &*played.said), ("the log", log)] {
            if text.contains(word.as_str()) {
                wrong.push(format!("{word:?} is in {place}: {text}"));
            }
        }
    }
    wrong
}

fn same(what: &str, expected: &[String], seen: &[String], wrong: &mut Vec<String>) {
    let alike = expected.iter().zip(seen).all(|(expected, seen)| seen.contains(expected.as_str()));
    if !alike || expected.len() != seen.len() {
        wrong.push(format!("{what}: {seen:#?}"));
    }
}

fn check_answers(scenario: &Scenario, played: &Played, wrong: &mut Vec<String>) {
    let expect = &scenario.expect;
    match (&expect.not_built, &played.built) {
        (Some(parts), Err(error)) => return missing(parts, error, wrong),
        (None, Ok(())) => {}
        (None, Err(error)) => return wrong.push(format!("it was not built: {error}")),
        (Some(_), Ok(())) => return wrong.push("it was built".to_owned()),
    }
    let default = Ask::default();
    for (n, given) in played.answers.iter().enumerate() {
        let asked = scenario.ask.get(n).unwrap_or(&default);
        let mut found = Vec::new();
        check_answer(expect, asked, given, &mut found);
        wrong.extend(found.into_iter().map(|what| format!("question {n}: {what}")));
    }
}

fn check_answer(expect: &Expect, asked: &Ask, given: &Given, wrong: &mut Vec<String>) {
    let own = asked.token.is_some() || asked.failure.is_some() || asked.gives_up.is_some();
    let token = if own { asked.token.as_ref() } else { expect.token.as_ref() };
    let failure = if own { asked.failure.as_ref() } else { expect.failure.as_ref() };
    let unavailable = if own { None } else { expect.unavailable.as_ref() };
    match given {
        Given::Token(seen, life, ends) => {
            if token != Some(seen) {
                wrong.push(format!("the token {seen}"));
            }
            if expect.ends_in_s.is_some_and(|seconds| (life - seconds).abs() > 2)
                || expect.ends_at.is_some_and(|at| at != *ends)
            {
                wrong.push(format!("a token that ends in {life} s, at {ends}"));
            }
        }
        Given::Unavailable(reason) => match unavailable {
            Some(part) => missing(std::slice::from_ref(part), reason, wrong),
            None => wrong.push(format!("unavailable: {reason}")),
        },
        Given::Failure(said) => match failure {
            Some(parts) => missing(parts, said, wrong),
            None => wrong.push(format!("a failure: {said}")),
        },
        Given::GaveUp if asked.gives_up == Some(true) => {}
        Given::GaveUp => wrong.push("the caller gave up".to_owned()),
    }
}

fn missing(parts: &[String], said: &str, wrong: &mut Vec<String>) {
    for part in parts.iter().filter(|part| !said.contains(part.as_str())) {
        wrong.push(format!("{part:?} is not in {said}"));
    }
}

fn check_exchanges(folder: &Folder, scenario: &Scenario, seen: &[Seen], wrong: &mut Vec<String>) {
    let expected: Vec<&Exchange> =
        scenario.exchange.iter().flat_map(|one| std::iter::repeat_n(one, one.times)).collect();
    if expected.len() != seen.len() {
        let urls: Vec<_> =
            seen.iter().map(|seen| format!("{} {}", seen.method, seen.url)).collect();
        wrong.push(format!("{} requests, not {}: {urls:#?}", seen.len(), expected.len()));
    }
    let mut assertions = Vec::new();
    for (n, (expected, seen)) in expected.iter().zip(seen).enumerate() {
        let mut found = Vec::new();
        check_request(expected, seen, &mut found);
        if let Some(assertion) = &expected.assertion {
            match assertion::check(folder, assertion, seen) {
                Ok(id) if assertions.contains(&id) => found.push("an old assertion".to_owned()),
                Ok(id) => assertions.push(id),
                Err(error) => found.push(error),
            }
        }
        wrong.extend(found.into_iter().map(|what| format!("request {n}: {what}")));
    }
}

fn check_request(expected: &Exchange, seen: &Seen, wrong: &mut Vec<String>) {
    let mut url = seen.url.clone();
    url.set_query(None);
    let line = format!("{} {url}", seen.method);
    if line != expected.request {
        wrong.push(format!("to {line}"));
    }
    let query: BTreeMap<String, String> = seen.url.query_pairs().into_owned().collect();
    if query != expected.query {
        wrong.push(format!("with the query {query:?}"));
    }
    let mut form = form(seen);
    if expected.assertion.is_some() {
        form.remove("client_assertion");
    }
    if form != expected.form {
        wrong.push(format!("with the form {form:?}"));
    }
    for (name, value) in &expected.headers {
        let mut headers = seen.headers.iter();
        let has = headers.find(|(seen, _)| seen.as_str() == name).map_or("", |(_, v)| v.as_str());
        if has != value {
            wrong.push(format!("with the header {name}: {has}"));
        }
    }
    let at = seen.at;
    let late = expected.until_ms.is_some_and(|until| at > Duration::from_millis(until + 20));
    if late || expected.from_ms.is_some_and(|from| at < Duration::from_millis(from)) {
        wrong.push(format!("at {at:?}"));
    }
}

pub(super) fn form(seen: &Seen) -> BTreeMap<String, String> {
    let url = azure_core::http::Url::parse(&format!("https://x/?{}", seen.text())).unwrap();
    url.query_pairs().into_owned().collect()
}
