//! Lists whose links never stop: ended, and no item lost.

use azvault_core::ErrorKind;
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::StreamExt;

fn endless(items: &'static [u32]) -> std::sync::Arc<Script> {
    Script::by(move |seen| {
        Answer::page(items, Some(&format!("{KNOWN}/things?$skiptoken={}", seen.n)))
    })
}

#[tokio::test(start_paused = true)]
async fn a_list_with_ever_new_links_ends_at_its_limit_and_can_be_continued() {
    let script = endless(&[1, 2]);
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None).max_pages(10);
    let mut items = 0;
    let error = loop {
        match list.next().await.unwrap() {
            Ok(_) => items += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), items, script.count()), (ErrorKind::InvalidResponse, 20, 10));
    assert!(error.to_string().contains("10 pages"), "{error}");
    let mut more = client.list(list.continuation());
    assert!(more.next().await.unwrap().is_ok());
    assert_eq!(script.seen()[10].url.query(), Some("$skiptoken=9"));
}

#[tokio::test(start_paused = true)]
async fn a_list_of_empty_pages_alone_ends() {
    let script = endless(&[]);
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let error = client.list(None).next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("1000 pages in a row without an item"), "{error}");
    assert_eq!(script.count(), 1000);
}
