//! Requests sent by so many callers at once, each one after the other.

use std::rc::Rc;

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures::future::try_join_all;
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::runtime::Runtime;

use super::{Connection, Http, Place};

/// Requests made beforehand, which are sent in turn.
pub(in super::super) type Made = Vec<Request<Full<Bytes>>>;

/// Callers with their connections: one each over HTTP/1.1, one for all over HTTP/2.
pub(in super::super) struct Load {
    runtime: Rc<Runtime>,
    callers: Vec<Connection>,
    /// The next request to send.
    next: usize,
}

impl Load {
    pub(in super::super) fn connect(
        runtime: &Rc<Runtime>,
        place: &Place,
        host: &str,
        http: Http,
        callers: usize,
    ) -> Result<Self> {
        let callers = runtime.block_on(async {
            let mut all: Vec<Connection> = Vec::with_capacity(callers);
            while all.len() < callers {
                let caller = match all.first().and_then(Connection::shared) {
                    Some(caller) => caller,
                    None => Connection::open(place, host, http).await?,
                };
                all.push(caller);
            }
            anyhow::Ok(all)
        })?;
        Ok(Self { runtime: Rc::clone(runtime), callers, next: 0 })
    }

    /// Sends each of the requests once.
    ///
    /// # Errors
    /// When one is not answered by 200.
    pub(in super::super) fn send_once(&mut self, made: &Made) -> Result<()> {
        self.next = 0;
        self.send(made.len(), made)
    }

    /// Sends so many of the requests in turn, going on where the last time ended; each caller has its share.
    ///
    /// # Errors
    /// When one is not answered by 200.
    pub(in super::super) fn send(&mut self, requests: usize, made: &Made) -> Result<()> {
        let (first, step) = (self.next, self.callers.len());
        self.next += requests;
        let calls = self.callers.iter_mut().enumerate().map(|(n, caller)| async move {
            let mine = (first + n..first + requests).step_by(step);
            for request in mine.filter_map(|n| made.get(n % made.len())) {
                let answer = caller.send(request.clone()).await?;
                ensure!(answer.status == StatusCode::OK, "{}: {:?}", answer.status, answer.body);
            }
            Ok(())
        });
        self.runtime.block_on(try_join_all(calls)).map(drop)
    }
}
