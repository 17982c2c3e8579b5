//! One use of a key, prepared: awaiting it decides where it is done.

use std::{
    future::{IntoFuture, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use azvault_core::{
    CallOptions, Error, ErrorKind, Result, call::CallFuture, object::Target, retry::RetryPolicy,
};
use azvault_crypto::LocalKey;

use super::{
    client::{CryptographyClient, Need, Place},
    known::Key,
    work::{Decryption, Encryption, Work},
};

/// One use of a key; made by the methods of [`CryptographyClient`]. Nothing happens before it is
/// awaited, and dropping it, or its future, is safe.
#[derive(Clone, Debug)]
#[must_use = "nothing is done before it is awaited"]
pub struct Cryptography<W> {
    client: CryptographyClient,
    work: W,
    timeout: Option<Duration>,
    retry: Option<RetryPolicy>,
}

impl<W> Cryptography<W> {
    pub(super) fn new(client: &CryptographyClient, work: W) -> Self {
        Self { client: client.clone(), work, timeout: None, retry: None }
    }

    /// Limits how long this may take, if the service is asked: reading the key included.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Repeats failed attempts as `policy` says, if the service is asked.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    fn options(&self, spent: Duration) -> CallOptions {
        let mut options = CallOptions::default();
        if let Some(limit) = self.timeout {
            options = options.timeout(limit.saturating_sub(spent));
        }
        if let Some(policy) = &self.retry {
            options = options.retry(policy.clone());
        }
        options
    }
}

impl Cryptography<Encryption> {
    /// The initialisation vector of AES-CBC, 16 bytes, never used before with this key. Without
    /// it a random one is made and given back. Those of AES-GCM are always made new: one that is
    /// set is refused.
    pub fn iv(mut self, iv: impl Into<Vec<u8>>) -> Self {
        self.work.iv = Some(iv.into());
        self
    }

    /// Data to authenticate with AES-GCM without encrypting it.
    pub fn additional_authenticated_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.work.aad = data.into();
        self
    }
}

impl Cryptography<Decryption> {
    /// The initialisation vector that encrypting gave; AES-CBC and AES-GCM need it.
    pub fn iv(mut self, iv: impl Into<Vec<u8>>) -> Self {
        self.work.iv = Some(iv.into());
        self
    }

    /// The authentication tag that encrypting gave; AES-GCM needs it.
    pub fn authentication_tag(mut self, tag: impl Into<Vec<u8>>) -> Self {
        self.work.tag = Some(tag.into());
        self
    }

    /// The data that was authenticated along with the plaintext.
    pub fn additional_authenticated_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.work.aad = data.into();
        self
    }
}

impl<W: Work> Cryptography<W> {
    /// Does it; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// `InvalidInput` for what no key could do, a digest of another length for instance;
    /// `OperationForbidden` and `Disabled` as the service has it; in the service, see
    /// [`ErrorKind`].
    pub async fn send(self) -> Result<W::Output> {
        self.work.check()?;
        let clock = self.client.clock().cloned();
        let started = clock.as_ref().map(|clock| clock.elapsed());
        if self.client.place() != Place::Remote {
            let need = match self.client.place() {
                Place::Local => Need::Insisted,
                _ if self.work.is_public() => Need::Wanted,
                _ => Need::IfKnown,
            };
            match self.known(need).await? {
                Some(key) => {
                    if let Some(given) = self.locally(key)? {
                        return Ok(given);
                    }
                }
                None if self.client.place() == Place::Local => {
                    return Err(Error::new(
                        ErrorKind::Forbidden,
                        "the key may not be read, so that it cannot be used here: grant keys/get, or leave out local_only()",
                    ));
                }
                None => {}
            }
        }
        let spent = || match (&clock, started) {
            (Some(clock), Some(started)) => clock.elapsed().saturating_sub(started),
            _ => Duration::ZERO,
        };
        let again = self.client.takes_any_version().then(|| self.clone());
        let options = self.options(spent());
        let given = self.work.there(target(&self.client)?).with_options(options).send().await?;
        match (W::used(&given), again) {
            // Another call met another version meanwhile, and all is to fit together.
            (Some(used), Some(again)) if !self.client.pin(used) => {
                let options = again.options(spent());
                again.work.there(target(&again.client)?).with_options(options).send().await
            }
            _ => Ok(given),
        }
    }

    /// The key, for which nobody waits longer than the limit: not for another's read either.
    async fn known(&self, need: Need) -> Result<Option<&Key>> {
        let known = self.client.known(self.options(Duration::ZERO), need);
        let (Some(limit), Some(clock)) = (self.timeout, self.client.clock()) else {
            return known.await;
        };
        let (mut known, mut over) = (pin!(known), clock.sleep(limit));
        // The read first, whose own error says more.
        let known = poll_fn(|cx| match known.as_mut().poll(cx) {
            Poll::Ready(known) => Poll::Ready(Some(known)),
            Poll::Pending => over.as_mut().poll(cx).map(|()| None),
        });
        known.await.unwrap_or_else(|| {
            let message = format!("the key could not be read within {limit:?}");
            Err(Error::new(ErrorKind::Timeout, message))
        })
    }

    /// Does it here if that can be done; `None` if the service has to be asked.
    fn locally(&self, key: &Key) -> Result<Option<W::Output>> {
        let local_only = self.client.place() == Place::Local;
        let to_try =
            |local: &&LocalKey| local_only || self.work.fits(local) || self.work.misfits(local);
        let Some(local) = key.local().filter(to_try) else {
            return match local_only {
                true => Err(Error::invalid_input(
                    "this version cannot compute with such a key: leave out local_only()",
                )),
                false => Ok(None),
            };
        };
        match key.check(local, &W::OPERATION, self.client.clock().map(|clock| &**clock)) {
            Ok(()) => self.work.here(local, key.id.as_ref()).map(Some),
            Err(refused) if local_only => Err(refused),
            // What the vault says of the key may have changed since it was read, and its clock be
            // another: it has the last word.
            Err(_) => Ok(None),
        }
    }
}

fn target(client: &CryptographyClient) -> Result<Target> {
    client.target().ok_or_else(|| {
        Error::invalid_input(
            "this key is in no vault that could be asked: it was given as a JSON web key",
        )
    })
}

impl<W: Work> IntoFuture for Cryptography<W> {
    type Output = Result<W::Output>;
    type IntoFuture = CallFuture<W::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
