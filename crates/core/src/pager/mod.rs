//! Lists, page by page: the next page is on its way before this one is used up.

mod guard;
mod pages;

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use azure_core::http::Request;
use futures::Stream;
use serde::de::DeserializeOwned;

pub use self::pages::{Page, Pages};
use self::{guard::Guard, pages::Next};
use crate::{Client, Error, Operation, Result, call::CallOptions};

/// A list as a stream of items; [`pages`](Self::pages) gives it page by page.
///
/// Nothing is requested before the first item is asked for, and nothing is spawned: the next page
/// is requested while this one's second half is taken. Pages without items are passed over. An
/// error ends the stream; [`continuation`](Self::continuation) then tells where to go on.
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
/// let mut secrets = client.list_secret_properties();
/// while let Some(secret) = secrets.try_next().await? {
///     println!("{}", secret.name());
/// }
///
/// // Or all at once, of a vault that has few.
/// let secrets = client.list_secret_properties().try_collect().await?;
/// assert_eq!(secrets.len(), 3);
/// # Ok(())
/// # }
/// ```
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
/// use azvault_core::pager::Continuation;
/// use futures::TryStreamExt as _;
///
/// let mut pages = client.list_secret_properties().page_size(2).pages();
/// let first = pages.try_next().await?.expect("the vault has secrets");
/// let kept: String = first.continuation.expect("three secrets make two pages").as_str().to_owned();
///
/// // In another run:
/// let rest = client.list_secret_properties().continue_from(Continuation::new(kept));
/// assert_eq!(rest.try_collect().await?.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation(String);

impl Continuation {
    /// A continuation kept as text.
    ///
    /// See the example of [`Continuation`].
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As text, to keep. It holds the vault's address and no secret.
    ///
    /// See the example of [`Continuation`].
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: DeserializeOwned + Send + 'static> Pager<T> {
    /// A list that begins with `first`.
    ///
    /// # Examples
    /// ```
    /// use azure_core::http::Method;
    /// use azvault_core::{Client, ClientBuilder, Operation, Pager, Result};
    ///
    /// # struct CertificateClient(Client);
    /// #
    /// # impl azvault_core::ServiceClient for CertificateClient {
    /// #     const API_VERSION: &'static str = "2026-04-01";
    /// #     type Seed = ();
    /// #
    /// #     fn from_client(client: Client, (): ()) -> Result<Self> {
    /// #         Ok(Self(client))
    /// #     }
    /// # }
    /// #
    /// static LIST: Operation = Operation::idempotent("list_certificates");
    ///
    /// // Of a client of your own: ServiceClient shows how to make one.
    /// impl CertificateClient {
    ///     fn list_certificates(&self) -> Pager<serde_json::Value> {
    ///         let first = self.0.request(Method::Get, &["certificates"]);
    ///         Pager::new(self.0.clone(), &LIST, first).page_size_parameter("maxresults", 25)
    ///     }
    /// }
    /// #
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = ClientBuilder::<CertificateClient>::new(&emulator.vault_url("my-vault"), ())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let none = client.list_certificates().page_size(5).try_collect().await?;
    /// # assert!(none.is_empty());
    /// # client.list_certificates().page_size(26).try_collect().await.unwrap_err();
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(client: Client, operation: &'static Operation, first: Result<Request>) -> Self {
        let pages = Pages {
            client,
            operation,
            options: CallOptions::default(),
            next: Next::First(Box::new(first)),
            fetching: None,
            failed_at: None,
            guard: Guard::default(),
        };
        let page_size = ("maxresults", 25);
        Self { pages, items: VecDeque::new(), half: 0, current: None, page_size }
    }

    /// By what query parameter this list's page size is asked for, and the largest one; 0 if the
    /// service takes none.
    ///
    /// See the example of [`new`](Self::new).
    pub fn page_size_parameter(mut self, parameter: &'static str, largest: u32) -> Self {
        self.page_size = (parameter, largest);
        self
    }

    /// Asks for at most `size` items a page: 1 to 25 of a vault's lists. The service may give
    /// fewer at any time.
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
    /// let pages: Vec<_> = client.list_secret_properties().page_size(2).pages().try_collect().await?;
    /// assert_eq!(pages.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
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

    /// The most pages to request before the list ends with an error, 100,000 unless set: a service
    /// gone wrong could give new links for ever. [`continuation`](Self::continuation) then goes on.
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
    /// use azvault_core::ErrorKind;
    ///
    /// let list = client.list_secret_properties().page_size(1).max_pages(2);
    /// let error = list.try_collect().await.expect_err("there are three pages");
    /// assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_pages(mut self, most: u64) -> Self {
        self.pages.guard.most_pages = most;
        self
    }

    /// Goes on where another list of the same kind stopped; see
    /// [`continuation`](Self::continuation). It keeps that list's page size.
    ///
    /// See the examples of [`continuation`](Self::continuation) and, in another process, of
    /// [`Continuation`].
    pub fn continue_from(mut self, continuation: Continuation) -> Self {
        self.pages.next = Next::Link(continuation);
        self
    }

    /// Limits of each page's request, which take the place of the client's.
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
    /// use std::time::Duration;
    ///
    /// use azvault_core::{CallOptions, retry::RetryPolicy};
    ///
    /// let page = CallOptions::default().timeout(Duration::from_secs(20)).retry(RetryPolicy::none());
    /// let secrets = client.list_secret_properties().with_options(page).try_collect().await?;
    /// assert_eq!(secrets.len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.pages.options = options;
        self
    }

    /// The same list page by page.
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
    /// while let Some(page) = pages.try_next().await? {
    ///     println!("{} secrets, and more: {}", page.items.len(), page.continuation.is_some());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pages(self) -> Pages<T> {
        self.pages
    }

    /// Where to go on: the page whose items are being given, which will give them again, or the
    /// next one if they are used up. `None` at the start and at the end.
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
    /// let mut list = client.list_secret_properties().page_size(1);
    /// assert_eq!(list.continuation(), None);
    /// assert_eq!(list.try_next().await?.expect("the first").name(), "a");
    ///
    /// // Stopped here, perhaps by an error; later, from there:
    /// let here = list.continuation().expect("two are left");
    /// let mut list = client.list_secret_properties().continue_from(here);
    /// assert_eq!(list.try_next().await?.expect("the second").name(), "b");
    /// # Ok(())
    /// # }
    /// ```
    pub fn continuation(&self) -> Option<Continuation> {
        if self.items.is_empty() { self.pages.continuation() } else { self.current.clone() }
    }

    /// All items, in memory. For lists that are known to be short.
    ///
    /// # Errors
    /// The first error of any page; the items before it are lost.
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
    /// let secrets = client.list_secret_properties().try_collect().await?;
    /// assert_eq!(secrets.len(), 3);
    /// # Ok(())
    /// # }
    /// ```
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
