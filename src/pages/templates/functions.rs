//! What the templates may call to put words, times and browsers into a language.

use std::sync::Arc;

use fluent_locales::{Catalog, FluentArgs, FluentValue, Message};
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::email_address::shown;

/// Makes the functions known:
///
/// - `phrase(key="sent.wait", …)`: a phrase with its blanks filled in. What is filled in never becomes
///   markup; what stands in the phrase does, if it has any.
/// - `address(email=…)`: an email address as people write it; phrases do that with their `email`.
/// - `date(at=…)`: seconds since 1970 as a date in UTC.
/// - `time(at=…)`: the same as an element that `static/app.js` puts into the reader's time zone;
///   with `relative=true`, into "5 minutes ago".
/// - `duration(seconds=…)`: how long something takes, rounded up.
/// - `countdown(seconds=…)`: the same as an element that `static/countdown.js` counts down.
/// - `device(name=…)`: a browser as [`device`](crate::session::device) names it.
pub(super) fn register(tera: &mut Tera, words: &Arc<Catalog>) {
    let call = |function: Function| {
        let words = words.clone();
        move |arguments: Kwargs, state: &State<'_>| function(&words, &arguments, state)
    };
    tera.register_function("phrase", call(phrase));
    tera.register_function("address", call(address));
    tera.register_function("date", call(date));
    tera.register_function("time", call(time));
    tera.register_function("duration", call(duration));
    tera.register_function("countdown", call(countdown));
    tera.register_function("device", call(device));
}

type Function = fn(&Catalog, &Kwargs, &State<'_>) -> TeraResult<Value>;

fn phrase(words: &Catalog, arguments: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
    let key: &str = arguments.must_get("key")?;
    let is_safe = |value: &Value| value.is_string() && value.is_safe();
    // A phrase that is text is escaped as a whole, like everything that a template shows.
    let has_markup = words.message(key).is_some_and(Message::has_markup);
    let is_html = has_markup || arguments.iter().any(|(_, value)| is_safe(value));
    let mut blanks = FluentArgs::new();
    for (name, value) in arguments.iter() {
        let Some(name) = name.as_str().filter(|name| *name != "key") else { continue };
        let shown = (name == "email").then(|| value.as_str().map(shown)).flatten().map(Value::from);
        let value = shown.as_ref().unwrap_or(value);
        let blank = match (value.as_i64(), value.as_str()) {
            (Some(number), _) => FluentValue::from(number),
            (None, Some(text)) if !is_html => FluentValue::from(text.to_owned()),
            _ => FluentValue::from(state.escape_if_needed(value)?),
        };
        blanks.set(name.to_owned(), blank);
    }
    let said = say(words, key, &blanks)?;
    Ok(if is_html { Value::safe_string(&said) } else { said.into() })
}

fn address(_: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    Ok(shown(arguments.must_get("email")?).into())
}

fn date(words: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    Ok(in_utc(words, moment(arguments)?)?.into())
}

fn time(words: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let at = moment(arguments)?;
    let machine = at.format(&Rfc3339).map_err(|error| Error::message(error.to_string()))?;
    let relative = arguments.get("relative")?.unwrap_or(false);
    let how = if relative { " data-relative" } else { "" };
    let words = in_utc(words, at)?;
    Ok(Value::safe_string(&format!("<time datetime=\"{machine}\"{how}>{words}</time>")))
}

fn duration(words: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    Ok(in_words(words, arguments.must_get("seconds")?)?.into())
}

fn countdown(words: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let seconds: u64 = arguments.must_get("seconds")?;
    let words = in_words(words, seconds)?;
    Ok(Value::safe_string(&format!("<span data-countdown=\"{seconds}\">{words}</span>")))
}

fn device(words: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let name: &str = arguments.must_get("name")?;
    Ok(match name.split_once(" on ") {
        Some((browser, system)) => {
            let blanks = FluentArgs::from_iter([("browser", browser), ("system", system)]);
            say(words, "device", &blanks)?.into()
        }
        None if name == crate::session::device::UNKNOWN => words.text("device_unknown").into(),
        None => name.into(),
    })
}

fn moment(arguments: &Kwargs) -> TeraResult<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(arguments.must_get("at")?)
        .map_err(|error| Error::message(error.to_string()))
}

fn in_utc(words: &Catalog, at: OffsetDateTime) -> TeraResult<String> {
    // As text throughout: numbers would be formatted, and compared as fractions.
    let blanks = FluentArgs::from_iter([
        ("day", at.day().to_string()),
        ("month", at.month().to_string()),
        ("year", at.year().to_string()),
        ("time", format!("{:02}:{:02}", at.hour(), at.minute())),
    ]);
    say(words, "date", &blanks)
}

fn in_words(words: &Catalog, seconds: u64) -> TeraResult<String> {
    let minutes = seconds.div_ceil(60);
    let (unit, count) = match seconds {
        0..60 => ("seconds", seconds),
        _ if minutes.is_multiple_of(60) => ("hours", minutes / 60),
        _ => ("minutes", minutes),
    };
    say(words, unit, &FluentArgs::from_iter([("count", count)]))
}

fn say(words: &Catalog, key: &str, blanks: &FluentArgs<'_>) -> TeraResult<String> {
    words.format(key, blanks).map_err(|error| Error::message(error.to_string()))
}
