//! Collects the log of every app that a test starts, at the most verbose level, so that each test can
//! assert that its secrets and email addresses were not logged.

use std::collections::HashSet;
use std::fmt::{Debug, Write};
use std::sync::{LazyLock, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The words of all log lines that are long enough to be a secret.
static WORDS: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
const SHORTEST_SECRET: usize = 12;

/// Installs the subscriber, once for all tests of this process.
pub(crate) fn begin() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| tracing_subscriber::registry().with(Watch).init());
}

/// Fails if one of these was logged.
pub(crate) fn assert_unlogged<'a>(secrets: impl IntoIterator<Item = &'a String>) {
    let words = WORDS.lock().unwrap();
    for secret in secrets {
        assert!(!words.contains(secret), "{secret} was logged");
    }
}

struct Watch;

/// Collects events during requests to the app, and events of the app itself. Other events of this
/// process are ignored, because the emulator and the HTTP client of the tests log as well.
impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watch {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut spans = context.event_scope(event).into_iter().flatten();
        let is_in_a_request = spans.any(|span| span.metadata().name() == "request");
        if is_in_a_request || event.metadata().target().starts_with("workos_magic_link") {
            let mut line = Line(String::new());
            event.record(&mut line);
            line.note();
        }
    }

    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        if span.metadata().target().starts_with("workos_magic_link") {
            let mut line = Line(String::new());
            span.record(&mut line);
            line.note();
        }
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        line.note();
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        write!(self.0, "{value:?} ").unwrap();
    }
}

impl Line {
    /// Collects words that consist of the characters used in cookies, tokens, codes, states and
    /// addresses.
    fn note(&self) {
        let is_of_a_word = |c: char| c.is_ascii_alphanumeric() || "-_.@+%~".contains(c);
        let words = self.0.split(|c: char| !is_of_a_word(c));
        let long = words.filter(|word| word.len() >= SHORTEST_SECRET).map(str::to_owned);
        WORDS.lock().unwrap().extend(long);
    }
}
