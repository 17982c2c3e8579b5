//! All that is logged while it lives, by this thread, at every level.

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
};

use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::{DefaultGuard, NoSubscriber},
};

/// The text of every field of every event and span.
pub(crate) struct Log {
    text: Arc<Mutex<String>>,
    _guard: DefaultGuard,
    _nobody: Dispatch,
}

impl Log {
    pub(crate) fn start() -> Self {
        // A place that logs remembers whether anybody listens. While there is one subscriber it
        // asks only the thread that comes by first, perhaps another test's; of two it asks both.
        let nobody = Dispatch::new(NoSubscriber::default());
        let text = Arc::default();
        let guard = tracing::subscriber::set_default(Writer(Arc::clone(&text)));
        Self { text, _guard: guard, _nobody: nobody }
    }

    pub(crate) fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }
}

struct Writer(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").unwrap();
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Writer {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        span.record(&mut Fields(&mut self.0.lock().unwrap()));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
