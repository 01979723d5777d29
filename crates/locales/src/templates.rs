//! Functions and constants for templates of [Tera](https://keats.github.io/tera/), in one language.
//!
//! # Constants
//!
//! `[[ … ]]` stands for what is the same on every page: it is filled in once, by [`add_templates`].
//! `{{ … }}` stands for what differs, and is filled in for each page. `messages` has all messages
//! without arguments:
//!
//! - `[[ messages.login.title ]]` is the attribute `title` of the message `login`.
//! - `[[ language ]]` is the language tag.
//! - Anything else in Tera's global context can be a constant, too.
//!
//! # Functions
//!
//! - `message(key="sent.wait", …)`: a message with its arguments. Arguments are escaped; the message
//!   itself isn't if it has markup.
//! - `date(at=…)`: a date and time in UTC; `at` is in seconds since 1970.
//! - `time(at=…)`: the same in a `<time datetime="…">`, which a script can put into the reader's time
//!   zone; with `relative=true` it has the attribute `data-relative`.
//! - `duration(seconds=…)`: how long something takes, in seconds, minutes or hours, rounded up.
//! - `countdown(seconds=…)`: the same in a `<span data-countdown="…">`, which a script can count down.
//!
//! `date` and `time` format the message `date`, with the arguments `day`, `month` (January to
//! December), `year` and `time`. `duration` and `countdown` format the messages `seconds`, `minutes` and
//! `hours`, with the argument `count`. A function fails if the catalog lacks its message.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//!
//! use fluent_locales::templates::{Localization, add_templates};
//! use tera::{Tera, context};
//!
//! let english = "
//! inbox =
//!     .title = Your inbox
//!     .from = From <strong>{ $name }</strong>, { $ago } ago
//! seconds = { $count } seconds
//! minutes = { $count } minutes
//! hours = { $count } hours";
//! let catalog = fluent_locales::load("en", "", [("en", english)])?.remove(0);
//! let mut tera = Tera::new();
//! Localization::new(Arc::new(catalog)).register(&mut tera);
//! let inbox = r#"<html lang="[[ language ]]"><h1>[[ messages.inbox.title ]]</h1>
//! {{ message(key="inbox.from", name=name, ago=duration(seconds=age)) }}"#;
//! add_templates(&mut tera, [("inbox.html".to_owned(), inbox.to_owned())])?;
//!
//! let page = tera.render("inbox.html", &context! { name => "<Ana>", age => &90 })?;
//! assert_eq!(page, "<html lang=\"en\"><h1>Your inbox</h1>\n\
//!                   From <strong>&lt;Ana&gt;</strong>, 2 minutes ago");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tera::{Delimiters, Error, Kwargs, State, Tera, TeraResult, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Catalog, FluentArgs, FluentValue, Message};

/// Templates with these endings are HTML or XML, whose values Tera escapes.
const ESCAPED: [&str; 3] = [".html", ".htm", ".xml"];

/// The functions and constants of one language.
pub struct Localization {
    catalog: Arc<Catalog>,
    display: HashMap<&'static str, fn(&str) -> String>,
}

impl Localization {
    /// The functions and constants of this catalog's language.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog, display: HashMap::new() }
    }

    /// Displays the argument of this name differently in all messages: `display` returns what is shown
    /// in place of a text, and is escaped like it.
    #[must_use]
    pub fn with_display(mut self, argument: &'static str, display: fn(&str) -> String) -> Self {
        self.display.insert(argument, display);
        self
    }

    /// Registers the functions, and puts `language` and `messages` into the global context.
    pub fn register(self, tera: &mut Tera) {
        let globals = tera.global_context();
        globals.insert("language", self.catalog.language());
        globals.insert_value("messages", plain_messages(&self.catalog));
        let shared = Arc::new(self);
        let call = |function: Function| {
            let localization = shared.clone();
            move |arguments: Kwargs, state: &State<'_>| function(&localization, &arguments, state)
        };
        tera.register_function("message", call(Self::message));
        tera.register_function("date", call(Self::date));
        tera.register_function("time", call(Self::time));
        tera.register_function("duration", call(Self::duration));
        tera.register_function("countdown", call(Self::countdown));
    }

    fn message(&self, arguments: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let key: &str = arguments.must_get("key")?;
        let is_safe = |value: &Value| value.is_string() && value.is_safe();
        // A message that is text is escaped as a whole, like everything that a template shows.
        let has_markup = self.catalog.message(key).is_some_and(Message::has_markup);
        let is_html = has_markup || arguments.iter().any(|(_, value)| is_safe(value));
        let mut args = FluentArgs::new();
        for (name, value) in arguments.iter() {
            let Some(name) = name.as_str().filter(|name| *name != "key") else { continue };
            let display = self.display.get(name).zip(value.as_str());
            let displayed = display.map(|(display, text)| Value::from(display(text)));
            let value = displayed.as_ref().unwrap_or(value);
            let arg = match (value.as_i64(), value.as_str()) {
                (Some(number), _) => FluentValue::from(number),
                (None, Some(text)) if !is_html => FluentValue::from(text.to_owned()),
                _ => FluentValue::from(state.escape_if_needed(value)?),
            };
            args.set(name.to_owned(), arg);
        }
        let text = self.format(key, &args)?;
        Ok(if is_html { Value::safe_string(&text) } else { text.into() })
    }

    fn date(&self, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
        Ok(self.in_utc(moment(arguments)?)?.into())
    }

    fn time(&self, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let at = moment(arguments)?;
        let machine = at.format(&Rfc3339).map_err(Error::message)?;
        let relative = arguments.get("relative")?.unwrap_or(false);
        let how = if relative { " data-relative" } else { "" };
        let text = self.in_utc(at)?;
        Ok(Value::safe_string(&format!("<time datetime=\"{machine}\"{how}>{text}</time>")))
    }

    fn duration(&self, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
        Ok(self.in_units(arguments.must_get("seconds")?)?.into())
    }

    fn countdown(&self, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let seconds: u64 = arguments.must_get("seconds")?;
        let text = self.in_units(seconds)?;
        Ok(Value::safe_string(&format!("<span data-countdown=\"{seconds}\">{text}</span>")))
    }

    fn in_utc(&self, at: OffsetDateTime) -> TeraResult<String> {
        // As text throughout: numbers would be formatted, and compared as fractions.
        let args = FluentArgs::from_iter([
            ("day", at.day().to_string()),
            ("month", at.month().to_string()),
            ("year", at.year().to_string()),
            ("time", format!("{:02}:{:02}", at.hour(), at.minute())),
        ]);
        self.format("date", &args)
    }

    fn in_units(&self, seconds: u64) -> TeraResult<String> {
        let minutes = seconds.div_ceil(60);
        let (unit, count) = match seconds {
            0..60 => ("seconds", seconds),
            _ if minutes.is_multiple_of(60) => ("hours", minutes / 60),
            _ => ("minutes", minutes),
        };
        self.format(unit, &FluentArgs::from_iter([("count", count)]))
    }

    fn format(&self, key: &str, args: &FluentArgs<'_>) -> TeraResult<String> {
        self.catalog.format(key, args).map_err(Error::message)
    }
}

type Function = fn(&Localization, &Kwargs, &State<'_>) -> TeraResult<Value>;

/// Adds the templates, given by name and text, with their constants filled in: once for all pages, so
/// that rendering a page looks up no constant. Register everything that is a constant first.
///
/// # Errors
/// When a template isn't in the syntax of Tera, or has a constant that doesn't exist.
pub fn add_templates(
    tera: &mut Tera,
    templates: impl IntoIterator<Item = (String, String)>,
) -> TeraResult<()> {
    let mut constants = Tera::new();
    constants.set_delimiters(Delimiters {
        variable_start: "[[".into(),
        variable_end: "]]".into(),
        block_start: "[%".into(),
        block_end: "%]".into(),
        comment_start: "[#".into(),
        comment_end: "#]".into(),
    })?;
    let fill_in = |(name, template): (String, String)| {
        let is_escaped = ESCAPED.iter().any(|ending| name.ends_with(ending));
        let filled_in = constants.render_str(&template, tera.global_context(), is_escaped);
        let filled_in = filled_in
            .map_err(|error| Error::chain(format!("could not parse the template {name}"), error))?;
        Ok((name, filled_in))
    };
    let templates: Vec<_> = templates.into_iter().map(fill_in).collect::<TeraResult<_>>()?;
    tera.add_raw_templates(templates)
}

/// The messages without arguments, formatted once: `messages.login.title`.
fn plain_messages(catalog: &Catalog) -> Value {
    let mut tree: BTreeMap<String, Value> = BTreeMap::new();
    let mut messages: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let plain = catalog.messages().filter(|(_, message)| message.arguments().next().is_none());
    for (name, message) in plain {
        let text = catalog.text(name);
        let text = if message.has_markup() { Value::safe_string(&text) } else { Value::from(text) };
        match name.split_once('.') {
            Some((message, attribute)) => {
                messages.entry(message.to_owned()).or_default().insert(attribute.to_owned(), text);
            }
            None => {
                tree.insert(name.to_owned(), text);
            }
        }
    }
    tree.extend(messages.into_iter().map(|(name, attributes)| (name, Value::from(attributes))));
    Value::from(tree)
}

/// The argument `at`, in seconds since 1970.
fn moment(arguments: &Kwargs) -> TeraResult<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(arguments.must_get("at")?).map_err(Error::message)
}
