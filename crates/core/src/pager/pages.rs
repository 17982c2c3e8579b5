//! A list page by page, each requested ahead of its use.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use azure_core::http::Request;
use futures::{
    FutureExt, Stream,
    future::{BoxFuture, MaybeDone},
};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{Continuation, guard::Guard};
use crate::{
    Client, Error, ErrorKind, Operation, Result,
    call::{CallOptions, from_json},
};

/// One page of a list.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, perhaps none.
    pub items: Vec<T>,
    /// Where the list goes on after this page.
    pub continuation: Option<Continuation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePage<T> {
    #[serde(default = "Option::default")]
    value: Option<Vec<T>>,
    #[serde(default)]
    next_link: Option<String>,
}

/// A list as a stream of pages.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::in_memory();
/// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// # for name in ["a", "b", "c"] {
/// #     client.set_secret(name, "hunter2").await?;
/// # }
/// use futures::TryStreamExt as _;
///
/// let mut pages = client.list_secret_properties().page_size(2).pages();
/// let first = pages.try_next().await?.expect("the vault has secrets");
/// assert_eq!(first.items.len(), 2);
///
/// // The page that comes next, to be kept while this one's items are worked on.
/// assert_eq!(pages.continuation(), first.continuation);
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is requested when its pages are asked for"]
pub struct Pages<T> {
    pub(super) client: Client,
    pub(super) operation: &'static Operation,
    pub(super) options: CallOptions,
    pub(super) next: Next,
    pub(super) fetching: Option<Fetching<T>>,
    pub(super) failed_at: Option<Continuation>,
    pub(super) guard: Guard,
}

pub(super) enum Next {
    First(Box<Result<Request>>),
    Link(Continuation),
    End,
}

pub(super) struct Fetching<T> {
    /// Where this page is, to go on from if it fails.
    from: Option<Continuation>,
    /// What it was begun with, to begin it anew: the runtime that it was begun on may be gone.
    request: Option<Request>,
    /// Whether it was begun ahead: its time may run out while nobody asks for it.
    ahead: bool,
    /// Ends when nobody need wait longer for a page that was begun ahead.
    patience: Option<BoxFuture<'static, ()>>,
    page: MaybeDone<BoxFuture<'static, Result<WirePage<T>>>>,
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    /// Where to go on: the page that comes next.
    ///
    /// See the example of [`Pages`].
    pub fn continuation(&self) -> Option<Continuation> {
        match (&self.fetching, &self.next) {
            (Some(fetching), _) => fetching.from.clone(),
            (None, Next::Link(link)) => Some(link.clone()),
            (None, Next::First(_) | Next::End) => self.failed_at.clone(),
        }
    }

    pub(super) fn prefetch(&mut self, cx: &mut Context<'_>, ahead: bool) {
        if self.fetching.is_none() {
            let (from, request) = match std::mem::replace(&mut self.next, Next::End) {
                Next::First(request) => (None, *request),
                Next::Link(link) => {
                    let request = self.follow(&link);
                    (Some(link), request)
                }
                Next::End => return,
            };
            self.begin(from, request, ahead);
        }
        if !self.push(cx) {
            // Timers of a runtime that has ended panic: on this one it can be begun anew.
            self.begin_anew();
            if !self.push(cx)
                && let Some(fetching) = &mut self.fetching
            {
                let error = Error::new(ErrorKind::Other, "the request for the next page panicked");
                fetching.page = MaybeDone::Done(Err(error));
            }
        }
    }

    /// Polls the page under way; gives whether that went without a panic.
    fn push(&mut self, cx: &mut Context<'_>) -> bool {
        self.fetching.as_mut().is_none_or(|fetching| {
            let page = &mut fetching.page;
            catch_unwind(AssertUnwindSafe(|| page.poll_unpin(cx).is_ready())).is_ok()
        })
    }

    fn begin_anew(&mut self) {
        if let Some(Fetching { from, request: Some(request), .. }) = self.fetching.take() {
            self.begin(from, Ok(request), false);
        }
    }

    fn begin(&mut self, from: Option<Continuation>, request: Result<Request>, ahead: bool) {
        let begun_with = request.as_ref().ok().cloned();
        let (client, operation, options) =
            (self.client.clone(), self.operation, self.options.clone());
        let page = async move {
            let mut request = request?;
            let answer = client.pipeline().send(operation, &mut request, &options).await?;
            from_json(&answer)
        };
        let page = futures::future::maybe_done(page.boxed());
        let request = begun_with;
        self.fetching = Some(Fetching { from, request, ahead, patience: None, page });
    }

    /// The request for a link of the service: on the vault's own origin, and not in a circle.
    fn follow(&mut self, link: &Continuation) -> Result<Request> {
        let url = Url::options()
            .base_url(Some(&self.client.endpoint().url(&[])?))
            .parse(link.as_str())
            .map_err(|_| {
                Error::new(ErrorKind::InvalidResponse, "the link to the next page is not a URL")
            })?;
        self.guard.check(link)?;
        self.client.follow(url)
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        this.prefetch(cx, false);
        let Some(fetching) = &mut this.fetching else {
            return Poll::Ready(None);
        };
        let result = Pin::new(&mut fetching.page).take_output();
        let in_vain = match &result {
            // Nobody pushed it along while the items before it were in use.
            Some(result) => result.as_ref().is_err_and(|it| it.kind() == ErrorKind::Timeout),
            // Nobody may be driving the runtime that it was begun on, and with it its own limit.
            None => match this.client.pipeline().limit(&this.options) {
                Some(limit) if fetching.ahead => {
                    let clock = this.client.pipeline().clock();
                    let patience = fetching.patience.get_or_insert_with(|| clock.sleep(limit));
                    patience.poll_unpin(cx).is_ready()
                }
                _ => false,
            },
        };
        if in_vain && fetching.ahead {
            this.begin_anew();
            return Pin::new(this).poll_next(cx);
        }
        let Some(result) = result else {
            return Poll::Pending;
        };
        let from = this.fetching.take().and_then(|fetching| fetching.from);
        Poll::Ready(Some(match result {
            Ok(page) => {
                let next = page.next_link.filter(|link| !link.is_empty()).map(Continuation);
                let continuation = next.clone();
                this.next = next.map_or(Next::End, Next::Link);
                let items = page.value.unwrap_or_default();
                this.guard.count(items.len());
                Ok(Page { items, continuation })
            }
            Err(error) => {
                this.next = Next::End;
                this.failed_at = from;
                Err(error.with_operation(this.operation.name))
            }
        }))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}
