//! What the other side gets to see of an answer, and how odd it may be.

use std::{io, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt, future::Either, stream};

use super::Response;

/// Bytes of padding that are made at a time.
const PADDING: usize = 64 * 1024;

/// What the other side gets to see.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answer(Response),
    /// An answer that is sent in another manner than answers are.
    Odd(Box<Odd>),
    /// There is no answer.
    Disconnect(Ending),
}

#[derive(Debug)]
pub(crate) struct Odd {
    pub(crate) response: Response,
    pub(crate) manner: Manner,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Close,
    /// By TCP's RST.
    Reset,
    /// The one stream of HTTP/2.
    Stream,
}

/// How an answer is sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner {
    pub(crate) cut: Option<Cut>,
    pub(crate) padding: Option<Padding>,
    pub(crate) drip: Option<Drip>,
    /// The connection ends after it.
    pub(crate) close: bool,
}

/// So many bytes of the body follow, then the connection ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) after: usize,
    /// Else the headers promise the whole body.
    pub(crate) chunked: bool,
    pub(crate) ending: Ending,
}

/// What is added to a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padding {
    pub(crate) bytes: u64,
    pub(crate) with: u8,
}

/// So many bytes at a time, after a wait each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drip {
    pub(crate) bytes: usize,
    pub(crate) every: Duration,
}

impl Outcome {
    /// The answer, if there is one.
    pub(crate) fn response(&self) -> Option<&Response> {
        match self {
            Self::Answer(response) => Some(response),
            Self::Odd(odd) => Some(&odd.response),
            Self::Disconnect(_) => None,
        }
    }

    /// Length of the whole body, in bytes.
    pub(crate) fn body_len(&self) -> u64 {
        match self {
            Self::Answer(response) => length(response),
            Self::Odd(odd) => odd.body_len(),
            Self::Disconnect(_) => 0,
        }
    }
}

fn length(response: &Response) -> u64 {
    u64::try_from(response.body().len()).unwrap_or(u64::MAX)
}

impl Manner {
    /// Whether there is nothing odd about it.
    pub(crate) fn is_plain(&self) -> bool {
        self.cut.is_none() && self.padding.is_none() && self.drip.is_none() && !self.close
    }
}

impl Odd {
    /// Length of the whole body, in bytes.
    pub(crate) fn body_len(&self) -> u64 {
        let padding = self.manner.padding.map_or(0, |padding| padding.bytes);
        length(&self.response).saturating_add(padding)
    }

    /// What the header says, if there is to be one.
    pub(crate) fn content_length(&self) -> Option<u64> {
        match self.manner.cut {
            Some(Cut { chunked: true, .. }) => None,
            _ => Some(self.body_len()),
        }
    }

    /// The body piece by piece, with the error at which a cut one breaks.
    pub(crate) fn body(&self) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let body = self.response.body().clone();
        if let Some(cut) = self.manner.cut {
            let sent = body.slice(..cut.after.min(body.len()));
            let broken = async move {
                // Lets what was written reach the wire before the connection breaks.
                tokio::task::yield_now().await;
                let kind = match cut.ending {
                    Ending::Reset => io::ErrorKind::ConnectionReset,
                    Ending::Close | Ending::Stream => io::ErrorKind::ConnectionAborted,
                };
                Err(io::Error::new(kind, "cut by an ordered fault"))
            };
            return Either::Left(stream::iter([Ok(sent)]).chain(stream::once(broken)));
        }
        let Padding { bytes, with } =
            self.manner.padding.unwrap_or(Padding { bytes: 0, with: b' ' });
        let filling =
            Bytes::from(vec![with; PADDING.min(usize::try_from(bytes).unwrap_or(PADDING))]);
        let padding = stream::unfold(bytes, move |left| {
            let piece =
                filling.slice(..filling.len().min(usize::try_from(left).unwrap_or(PADDING)));
            let sent = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            std::future::ready((left > 0).then(|| (Ok(piece), left.saturating_sub(sent))))
        });
        Either::Right(stream::iter([Ok(body)]).chain(padding))
    }
}
