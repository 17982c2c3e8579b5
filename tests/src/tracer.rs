//! A tracer that keeps the spans it is told of.

use std::{
    any::Any,
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use azure_core::{
    http::{Context, Request},
    tracing::{
        AsAny, Attribute, AttributeValue, Span, SpanGuard, SpanKind, SpanStatus, Tracer,
        TracerProvider,
    },
};

/// A span as it was told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Told {
    /// Its name.
    pub name: String,
    /// The number of the span that it descends from.
    pub parent: Option<usize>,
    /// `key=value`, in the order set.
    pub attributes: Vec<String>,
    /// Whether its status is an error.
    pub failed: bool,
    /// How often it was ended: once, if all is well.
    pub ended: usize,
}

/// A provider, a tracer and the store of their spans.
#[derive(Clone, Default)]
pub struct Tracing(Arc<Mutex<Vec<Told>>>);

impl Tracing {
    /// The spans in the order they began.
    pub fn spans(&self) -> Vec<Told> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(
        &self,
        name: &str,
        attributes: Vec<Attribute>,
        parent: Option<usize>,
    ) -> Arc<Recorded> {
        let mut spans = self.lock();
        let attributes = attributes.iter().map(|it| text(&it.key, &it.value)).collect();
        let (name, failed, ended) = (name.to_owned(), false, 0);
        spans.push(Told { name, parent, attributes, failed, ended });
        Arc::new(Recorded { tracing: self.clone(), number: spans.len() - 1 })
    }
}

fn text(key: &str, value: &AttributeValue) -> String {
    match value {
        AttributeValue::String(value) => format!("{key}={value}"),
        AttributeValue::I64(value) => format!("{key}={value}"),
        value => format!("{key}={value:?}"),
    }
}

impl fmt::Debug for Tracing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tracing { .. }")
    }
}

impl TracerProvider for Tracing {
    fn get_tracer(
        &self,
        _namespace: Option<&'static str>,
        _name: &'static str,
        _version: Option<&'static str>,
    ) -> Arc<dyn Tracer> {
        Arc::new(self.clone())
    }
}

impl Tracer for Tracing {
    fn start_span(
        &self,
        name: Cow<'static, str>,
        _kind: SpanKind,
        attributes: Vec<Attribute>,
    ) -> Arc<dyn Span> {
        self.begin(&name, attributes, None)
    }

    fn start_span_with_parent(
        &self,
        name: Cow<'static, str>,
        _kind: SpanKind,
        attributes: Vec<Attribute>,
        parent: Arc<dyn Span>,
    ) -> Arc<dyn Span> {
        let parent = parent.as_any().downcast_ref::<Recorded>().map(|span| span.number);
        self.begin(&name, attributes, parent)
    }

    fn namespace(&self) -> Option<&'static str> {
        Some("Microsoft.KeyVault")
    }
}

struct Recorded {
    tracing: Tracing,
    number: usize,
}

impl Recorded {
    fn change(&self, change: impl FnOnce(&mut Told)) {
        if let Some(told) = self.tracing.lock().get_mut(self.number) {
            change(told);
        }
    }
}

impl AsAny for Recorded {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Span for Recorded {
    fn is_recording(&self) -> bool {
        true
    }

    fn span_id(&self) -> [u8; 8] {
        (self.number as u64).to_be_bytes()
    }

    fn end(&self) {
        self.change(|told| told.ended += 1);
    }

    fn set_status(&self, status: SpanStatus) {
        self.change(|told| told.failed = matches!(status, SpanStatus::Error { .. }));
    }

    fn set_attribute(&self, key: &'static str, value: AttributeValue) {
        self.change(|told| told.attributes.push(text(key, &value)));
    }

    fn record_error(&self, error: &dyn std::error::Error) {
        self.change(|told| told.attributes.push(format!("error={error}")));
    }

    fn set_current(&self, _context: &Context<'_>) -> Box<dyn SpanGuard> {
        struct Nothing;
        impl SpanGuard for Nothing {
            fn end(self) {}
        }
        Box::new(Nothing)
    }

    fn propagate_headers(&self, request: &mut Request) {
        self.change(|told| {
            let names = request.headers().iter().map(|(name, _)| name.as_str().to_owned());
            told.attributes.extend(names.map(|name| format!("saw={name}")));
        });
        request.insert_header("traceparent", format!("00-{:032x}-{:016x}-01", 7, self.number));
    }
}
