//! An order carried out on one request.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use super::{
    answer,
    fault::{Fault, Latency},
    placed::Placed,
};
use crate::{
    entra::Caller,
    locks::lock,
    message::{Cut, Drip, Ending, Manner, Odd, Outcome, Padding, Request, Response},
    router::{Port, Router},
};

/// An order that struck a request, for the so-many-th time.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub(super) placed: Arc<Placed>,
    pub(super) number: u64,
}

/// To be asked once the caller of a request is known: notes it, and tells whether an order strikes now. The request is then
/// given back unanswered, and comes again after what is ordered: nobody is to wait for it meanwhile.
pub(crate) fn meet(router: &Router, request: &Request, caller: &Arc<Caller>) -> Option<Response> {
    request.notes.knows(caller);
    if request.notes.strike().is_some() {
        return None;
    }
    let strike = router.faults.strike_known(request, caller)?;
    request.notes.struck(strike);
    Some(Response::default())
}

impl Strike {
    pub(crate) fn id(&self) -> u64 {
        self.placed.id
    }

    pub(crate) fn fault(&self) -> &Fault {
        &self.placed.order.fault
    }

    /// Whether the request is processed once more.
    pub(crate) fn repeats(&self) -> bool {
        *self.fault() == Fault::Twice
    }

    /// Waits as ordered, and gives what is answered in place of processing, if anything.
    pub(crate) async fn instead(
        &self,
        router: &Router,
        port: Port,
        request: &Request,
    ) -> Option<Response> {
        self.wait(self.placed.order.processing_delay).await;
        match self.fault() {
            Fault::Status { status, code, message, retry_after } => {
                let wanted = answer::Wanted {
                    status: answer::status(*status),
                    code: code.as_deref(),
                    message: message.as_deref(),
                };
                let mut response = answer::refusal(router, port, request, &wanted);
                answer::say_when(response.headers_mut(), retry_after);
                Some(response)
            }
            Fault::Respond { status, headers, body } => {
                Some(answer::whole(*status, headers, body.bytes().unwrap_or_default()))
            }
            Fault::CaptivePortal => Some(answer::captive_portal()),
            // Never sent: the connection ends in its place.
            Fault::Disconnect { .. } => Some(Response::default()),
            Fault::Replay => lock(&self.placed.progress).kept.clone(),
            _ => None,
        }
    }

    /// What becomes of an answer, made up or true.
    pub(crate) async fn finish(&self, mut response: Response) -> Outcome {
        self.wait(self.placed.order.answer_delay).await;
        let close = self.placed.order.close;
        let mut manner = Manner { close, ..Manner::default() };
        match self.fault() {
            Fault::Disconnect { reset } | Fault::LoseAnswer { reset } => {
                return Outcome::Disconnect(ending(*reset));
            }
            Fault::ResetStream => return Outcome::Disconnect(Ending::Stream),
            Fault::Cut { after, chunked, reset } => {
                manner.cut = Some(Cut { after: *after, chunked: *chunked, ending: ending(*reset) });
            }
            Fault::Oversize { bytes, valid } => {
                manner.padding =
                    Some(Padding { bytes: *bytes, with: if *valid { b' ' } else { b'x' } });
            }
            Fault::Drip { bytes, every_ms } => {
                manner.drip = Some(Drip { bytes: *bytes, every: Duration::from_millis(*every_ms) });
            }
            Fault::ContentType { value } => {
                if let Ok(value) = HeaderValue::from_str(value) {
                    response.headers_mut().insert(header::CONTENT_TYPE, value);
                }
            }
            Fault::Body { body } => {
                response.headers_mut().remove(header::CONTENT_LENGTH);
                *response.body_mut() = body.bytes().unwrap_or_default();
            }
            Fault::Replay => {
                lock(&self.placed.progress).kept.get_or_insert_with(|| response.clone());
            }
            _ => {}
        }
        if [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&response.status()) {
            // HTTP/1.1 would not send a body of these, and over HTTP/2 a client takes it for an error.
            *response.body_mut() = Bytes::new();
            manner.padding = None;
        }
        if manner.is_plain() {
            return Outcome::Answer(response);
        }
        // The length is that of what is sent, or of what is claimed to be.
        response.headers_mut().remove(header::CONTENT_LENGTH);
        Outcome::Odd(Box::new(Odd { response, manner }))
    }

    async fn wait(&self, latency: Option<Latency>) {
        if let Some(latency) = latency {
            pause(latency.draw(self.number)).await;
        }
    }
}

fn ending(reset: bool) -> Ending {
    if reset { Ending::Reset } else { Ending::Close }
}

/// Waits by tokio's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a client waits by its own clock, not by that of the vaults, which a test moves"
)]
pub(crate) async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
