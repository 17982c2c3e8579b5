//! The next page is on its way before this one is used up, and no page more.

use std::time::Duration;

use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::{StreamExt, TryStreamExt};

#[tokio::test(start_paused = true)]
async fn the_next_page_is_requested_once_half_is_taken_and_not_earlier() {
    let script = Script::by(|seen| {
        let first = seen.n as u32 * 10;
        let items: Vec<u32> = (first..first + 10).collect();
        Answer::page(&items, Some(&format!("{KNOWN}/things?page={}", seen.n + 1)))
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    let mut requests = Vec::new();
    for _ in 0..20 {
        list.try_next().await.unwrap();
        requests.push(script.count());
    }
    let mut expected = vec![1; 5];
    expected.extend([2; 10]);
    expected.extend([3; 5]);
    assert_eq!(requests, expected);
}

#[tokio::test(start_paused = true)]
async fn a_slow_page_does_not_delay_the_items_that_are_there() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::page(&[1, 2, 3, 4], Some(&format!("{KNOWN}/things?page=2"))),
        _ => Answer::page(&[5], None).after(Duration::from_secs(10)),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    for _ in 0..4 {
        list.try_next().await.unwrap();
    }
    assert_eq!((script.count(), script.clock().elapsed()), (2, Duration::ZERO));
    script.clock().sleep(Duration::from_secs(10)).await;
    let start = script.clock().elapsed();
    list.try_next().await.unwrap();
    assert_eq!(script.clock().elapsed(), start, "the request was not on its way");
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_next_page_does_not_cut_this_one_short() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::page(&[1, 2, 3, 4], Some(&format!("{KNOWN}/things?page=2"))),
        _ => Answer::error(403, "Forbidden", "no"),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let results: Vec<bool> = client.list(None).map(|item| item.is_ok()).collect().await;
    assert_eq!(results, [true, true, true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn twenty_thousand_items_arrive_in_order() {
    let script = Script::by(|seen| {
        let first = seen.n as u32 * 25;
        let items: Vec<u32> = (first..first + 25).collect();
        let next = format!("{KNOWN}/things?page={}", seen.n + 1);
        Answer::page(&items, (first + 25 < 20_000).then_some(next.as_str()))
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    let mut expected = 0_u64;
    while let Some(item) = list.try_next().await.unwrap() {
        assert_eq!(item.as_u64(), Some(expected));
        expected += 1;
    }
    assert_eq!((expected, script.count()), (20_000, 800));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_dropped_leaves_the_client_usable() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::page(&[1, 2], Some(&format!("{KNOWN}/things?page=2"))),
        1 => Answer::hang(),
        _ => Answer::page(&[7], None),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    list.try_next().await.unwrap();
    list.try_next().await.unwrap();
    assert_eq!(script.count(), 2);
    drop(list);
    assert_eq!(client.list(None).try_next().await.unwrap().unwrap().as_u64(), Some(7));
}
