//! Links to the next page from a hostile server: nothing leaves the vault, and every list ends.

use azvault_core::pager::Continuation;
use futures::{StreamExt, executor::block_on};
use serde_json::json;
use url::Url;

use crate::service::{Answer, Service, Things, VAULT};

/// More pages than lines, so that a circle is gone round a few times.
const MOST_PAGES: usize = 300;

/// Takes each line as the link of one page. A first byte that is odd makes the server give the
/// lines in turn for ever; else it decides by what it is asked for. One of 2 or 3 begins with the
/// first line in the place of the list's own address, as from a kept continuation.
pub fn check(data: &[u8]) {
    let Some((mode, links)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(links) else { return };
    let links: Vec<String> = text.lines().take(64).map(ToOwned::to_owned).collect();
    let (count, in_turn) = (links.len(), mode % 2 == 1);
    let first = links.first().cloned();
    let service = Service::by(move |n, url| {
        let at = if in_turn { n } else { place(url, links.len()) };
        match links.get(at % links.len().max(1)) {
            Some(link) if n < MOST_PAGES => page(n, Some(link)),
            _ => page(n, None),
        }
    });
    let (things, _) = Things::of(&service);
    let mut list = things.list();
    if let Some(first) = first.filter(|_| mode % 4 > 1) {
        list = list.continue_from(Continuation::new(first));
    }
    let mut items = 0_usize;
    block_on(async {
        while let Some(item) = list.next().await {
            match item {
                Ok(item) => {
                    // In order, each once: item 2n and 2n + 1 are those of answer n.
                    assert_eq!(item, json!(items));
                    items += 1;
                }
                Err(error) => {
                    assert!(!error.to_string().contains("a-token"), "{error}");
                    break;
                }
            }
        }
        assert!(list.next().await.is_none(), "an error did not end the list");
    });
    let seen = service.seen();
    for url in &seen {
        is_of_the_vault(url);
    }
    assert!(items <= 2 * seen.len());
    // By address there are no more pages than lines and a start: a circle is seen within some rounds.
    if !in_turn {
        assert!(seen.len() <= 4 * (count + 2), "{} requests for {count} links", seen.len());
    }
}

fn page(n: usize, link: Option<&String>) -> Answer {
    let body = json!({"value": [2 * n, 2 * n + 1], "nextLink": link});
    (200, azure_core::http::headers::Headers::new(), body.to_string().into_bytes())
}

/// The same place for the same address.
fn place(url: &Url, count: usize) -> usize {
    let sum: usize = url.as_str().bytes().fold(7, |sum, b| sum * 31 % 65_521 + usize::from(b));
    sum % count.max(1)
}

fn is_of_the_vault(url: &Url) {
    let vault = Url::parse(VAULT).expect("the vault's address");
    assert_eq!(url.origin(), vault.origin(), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
}
