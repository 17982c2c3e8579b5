//! Lists, page by page: the next page is on its way before this one is used up.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use azure_core::http::Request;
use futures::{FutureExt, Stream, future::BoxFuture};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use crate::{
    Client, Error, ErrorKind, Operation, Result,
    call::{CallOptions, from_json},
};

/// A list as a stream of items; [`pages`](Self::pages) gives it page by page.
///
/// Nothing is requested before the first item is asked for, and nothing is spawned: the next page
/// is requested while this one's second half is taken. Pages without items are passed over. An
/// error ends the stream; [`continuation`](Self::continuation) then tells where to go on.
#[must_use = "a list is requested when its items are asked for"]
pub struct Pager<T> {
    pages: Pages<T>,
    items: VecDeque<T>,
    /// How many items of this page are left when the next page is requested.
    half: usize,
    /// The page that the items are from.
    current: Option<Continuation>,
    page_size: (&'static str, u32),
}

/// Where a list goes on: keep it, and give it to the list's builder in another run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation(String);

impl Continuation {
    /// A continuation kept as text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As text, to keep. It holds the vault's address and no secret.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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

impl<T: DeserializeOwned + Send + 'static> Pager<T> {
    /// A list that begins with `first`.
    pub fn new(client: Client, operation: &'static Operation, first: Result<Request>) -> Self {
        let pages = Pages {
            client,
            operation,
            options: CallOptions::default(),
            next: Next::First(Box::new(first)),
            fetching: None,
            failed_at: None,
            guard: LoopGuard::default(),
        };
        let page_size = ("maxresults", 25);
        Self { pages, items: VecDeque::new(), half: 0, current: None, page_size }
    }

    /// By what query parameter this list's page size is asked for, and the largest one; 0 if the
    /// service takes none.
    pub fn page_size_parameter(mut self, parameter: &'static str, largest: u32) -> Self {
        self.page_size = (parameter, largest);
        self
    }

    /// Asks for at most `size` items a page: 1 to 25 of a vault's lists. The service may give
    /// fewer at any time.
    pub fn page_size(mut self, size: u32) -> Self {
        let (parameter, largest) = self.page_size;
        if let Next::First(first) = &mut self.pages.next {
            match first.as_mut() {
                Ok(request) if (1..=largest).contains(&size) => {
                    let url = request.url_mut();
                    let others: Vec<(String, String)> = url
                        .query_pairs()
                        .filter(|(name, _)| name != parameter)
                        .map(|(name, value)| (name.into_owned(), value.into_owned()))
                        .collect();
                    url.query_pairs_mut()
                        .clear()
                        .extend_pairs(others)
                        .append_pair(parameter, &size.to_string());
                }
                Ok(_) => {
                    **first = Err(Error::invalid_input(if largest == 0 {
                        "this list takes no page size: leave it out".to_owned()
                    } else {
                        format!("the page size is {size}: it must be 1 to {largest}")
                    }));
                }
                Err(_) => {}
            }
        }
        self
    }

    /// Goes on where another list of the same kind stopped; see
    /// [`continuation`](Self::continuation). It keeps that list's page size.
    pub fn continue_from(mut self, continuation: Continuation) -> Self {
        self.pages.next = Next::Link(continuation);
        self
    }

    /// Limits of each page's request, which take the place of the client's.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.pages.options = options;
        self
    }

    /// The same list page by page.
    pub fn pages(self) -> Pages<T> {
        self.pages
    }

    /// Where to go on: the page whose items are being given, which will give them again, or the
    /// next one if they are used up. `None` at the start and at the end.
    pub fn continuation(&self) -> Option<Continuation> {
        if self.items.is_empty() { self.pages.continuation() } else { self.current.clone() }
    }

    /// All items, in memory. For lists that are known to be short.
    ///
    /// # Errors
    /// The first error of any page; the items before it are lost.
    pub async fn try_collect(self) -> Result<Vec<T>> {
        futures::TryStreamExt::try_collect(self).await
    }
}

// Items are moved in and out, never pinned.
impl<T> Unpin for Pager<T> {}

impl<T: DeserializeOwned + Send + 'static> Stream for Pager<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if this.items.len() <= this.half {
                // Pushed along here, and taken once the items are used up.
                this.pages.prefetch(cx, !this.items.is_empty());
            }
            if let Some(item) = this.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            let requested = this.pages.continuation();
            match std::task::ready!(Pin::new(&mut this.pages).poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => {
                    this.half = page.items.len() / 2;
                    this.items = page.items.into();
                    this.current = requested;
                }
            }
        }
    }
}

impl<T> fmt::Debug for Pager<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("operation", &self.pages.operation.name)
            .finish_non_exhaustive()
    }
}

/// A list as a stream of pages.
#[must_use = "a list is requested when its pages are asked for"]
pub struct Pages<T> {
    client: Client,
    operation: &'static Operation,
    options: CallOptions,
    next: Next,
    fetching: Option<Fetching<T>>,
    failed_at: Option<Continuation>,
    guard: LoopGuard,
}

enum Next {
    First(Box<Result<Request>>),
    Link(Continuation),
    End,
}

struct Fetching<T> {
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

    fn prefetch(&mut self, cx: &mut Context<'_>, ahead: bool) {
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
                Ok(Page { items: page.value.unwrap_or_default(), continuation })
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

/// Finds a circle of links of any length in constant memory, by Brent's method: each link is
/// compared with one kept, and the distance after which another is kept doubles.
#[derive(Debug, Default)]
struct LoopGuard {
    kept: Option<Continuation>,
    steps: u64,
    distance: u64,
}

impl LoopGuard {
    fn check(&mut self, link: &Continuation) -> Result<()> {
        if self.kept.as_ref() == Some(link) {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                "the links to next pages go in a circle",
            ));
        }
        self.steps += 1;
        if self.steps >= self.distance {
            self.kept = Some(link.clone());
            self.distance = (self.distance * 2).max(1);
            self.steps = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_of_any_length_are_found_and_long_lists_are_not_circles() {
        for length in [1_u32, 2, 3, 7, 50] {
            let mut guard = LoopGuard::default();
            let found = (0..)
                .take(1000)
                .any(|n| guard.check(&Continuation::new((n % length).to_string())).is_err());
            assert!(found, "a circle of {length}");
        }
        let mut guard = LoopGuard::default();
        assert!((0..10_000).all(|n| guard.check(&Continuation::new(n.to_string())).is_ok()));
    }
}
