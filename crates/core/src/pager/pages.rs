//! A list page by page, each requested ahead of its use.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use azure_core::http::Request;
use futures::{FutureExt, Stream, future::BoxFuture};
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
    /// The request of a page that was begun ahead: its time may run out while nobody asks for it.
    again: Option<Request>,
    page: futures::future::MaybeDone<BoxFuture<'static, Result<WirePage<T>>>>,
}

impl<T: DeserializeOwned + Send + 'static> Pages<T> {
    /// Where to go on: the page that comes next.
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
        if let Some(fetching) = &mut self.fetching {
            let _ready_or_not = fetching.page.poll_unpin(cx);
        }
    }

    fn begin(&mut self, from: Option<Continuation>, request: Result<Request>, ahead: bool) {
        let again = request.as_ref().ok().filter(|_| ahead).cloned();
        let (client, operation, options) =
            (self.client.clone(), self.operation, self.options.clone());
        let page = async move {
            let mut request = request?;
            let answer = client.pipeline().send(operation, &mut request, &options).await?;
            from_json(&answer)
        };
        let page = futures::future::maybe_done(page.boxed());
        self.fetching = Some(Fetching { from, again, page });
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
        let Some(result) = Pin::new(&mut fetching.page).take_output() else {
            return Poll::Pending;
        };
        let fetched = this.fetching.take();
        let (from, again) =
            fetched.map_or((None, None), |fetching| (fetching.from, fetching.again));
        if let (Err(error), Some(request)) = (&result, again)
            && matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Transport)
        {
            // Nobody pushed it along while the items before it were in use.
            this.begin(from, Ok(request), false);
            return Pin::new(this).poll_next(cx);
        }
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
