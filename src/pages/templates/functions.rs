//! The functions of the templates that need a language.

use std::sync::Arc;

use fluent_locales::{Catalog, FluentArgs, FluentValue, Message};
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::email_address::shown;

/// Registers the functions:
///
/// - `message(key="sent.wait", …)`: a message with its arguments. Arguments never become markup; the
///   message's own text does, if it has any.
/// - `address(email=…)`: an email address as people write it; messages do that with their `email`.
/// - `date(at=…)`: seconds since 1970 as a date in UTC.
/// - `time(at=…)`: the same as an element that `static/app.js` puts into the reader's time zone;
///   with `relative=true`, into "5 minutes ago".
/// - `duration(seconds=…)`: how long something takes, rounded up.
/// - `countdown(seconds=…)`: the same as an element that `static/countdown.js` counts down.
/// - `device(name=…)`: a browser as [`device`](crate::session::device) names it.
pub(super) fn register(tera: &mut Tera, catalog: &Arc<Catalog>) {
    let call = |function: Function| {
        let catalog = catalog.clone();
        move |arguments: Kwargs, state: &State<'_>| function(&catalog, &arguments, state)
    };
    tera.register_function("message", call(message));
    tera.register_function("address", call(address));
    tera.register_function("date", call(date));
    tera.register_function("time", call(time));
    tera.register_function("duration", call(duration));
    tera.register_function("countdown", call(countdown));
    tera.register_function("device", call(device));
}

type Function = fn(&Catalog, &Kwargs, &State<'_>) -> TeraResult<Value>;

fn message(catalog: &Catalog, arguments: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
    let key: &str = arguments.must_get("key")?;
    let is_safe = |value: &Value| value.is_string() && value.is_safe();
    // A message that is text is escaped as a whole, like everything that a template shows.
    let has_markup = catalog.message(key).is_some_and(Message::has_markup);
    let is_html = has_markup || arguments.iter().any(|(_, value)| is_safe(value));
    let mut args = FluentArgs::new();
    for (name, value) in arguments.iter() {
        let Some(name) = name.as_str().filter(|name| *name != "key") else { continue };
        let shown = (name == "email").then(|| value.as_str().map(shown)).flatten().map(Value::from);
        let value = shown.as_ref().unwrap_or(value);
        let arg = match (value.as_i64(), value.as_str()) {
            (Some(number), _) => FluentValue::from(number),
            (None, Some(text)) if !is_html => FluentValue::from(text.to_owned()),
            _ => FluentValue::from(state.escape_if_needed(value)?),
        };
        args.set(name.to_owned(), arg);
    }
    let text = format(catalog, key, &args)?;
    Ok(if is_html { Value::safe_string(&text) } else { text.into() })
}

fn address(_: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    Ok(shown(arguments.must_get("email")?).into())
}

fn date(catalog: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    Ok(in_utc(catalog, moment(arguments)?)?.into())
}

fn time(catalog: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let at = moment(arguments)?;
    let machine = at.format(&Rfc3339).map_err(|error| Error::message(error.to_string()))?;
    let relative = arguments.get("relative")?.unwrap_or(false);
    let how = if relative { " data-relative" } else { "" };
    let text = in_utc(catalog, at)?;
    Ok(Value::safe_string(&format!("<time datetime=\"{machine}\"{how}>{text}</time>")))
}

fn duration(catalog: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    Ok(in_units(catalog, arguments.must_get("seconds")?)?.into())
}

fn countdown(catalog: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let seconds: u64 = arguments.must_get("seconds")?;
    let text = in_units(catalog, seconds)?;
    Ok(Value::safe_string(&format!("<span data-countdown=\"{seconds}\">{text}</span>")))
}

fn device(catalog: &Catalog, arguments: &Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let name: &str = arguments.must_get("name")?;
    Ok(match name.split_once(" on ") {
        Some((browser, system)) => {
            let args = FluentArgs::from_iter([("browser", browser), ("system", system)]);
            format(catalog, "device", &args)?.into()
        }
        None if name == crate::session::device::UNKNOWN => catalog.text("device_unknown").into(),
        None => name.into(),
    })
}

fn moment(arguments: &Kwargs) -> TeraResult<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(arguments.must_get("at")?)
        .map_err(|error| Error::message(error.to_string()))
}

fn in_utc(catalog: &Catalog, at: OffsetDateTime) -> TeraResult<String> {
    // As text throughout: numbers would be formatted, and compared as fractions.
    let args = FluentArgs::from_iter([
        ("day", at.day().to_string()),
        ("month", at.month().to_string()),
        ("year", at.year().to_string()),
        ("time", format!("{:02}:{:02}", at.hour(), at.minute())),
    ]);
    format(catalog, "date", &args)
}

fn in_units(catalog: &Catalog, seconds: u64) -> TeraResult<String> {
    let minutes = seconds.div_ceil(60);
    let (unit, count) = match seconds {
        0..60 => ("seconds", seconds),
        _ if minutes.is_multiple_of(60) => ("hours", minutes / 60),
        _ => ("minutes", minutes),
    };
    format(catalog, unit, &FluentArgs::from_iter([("count", count)]))
}

fn format(catalog: &Catalog, key: &str, args: &FluentArgs<'_>) -> TeraResult<String> {
    catalog.format(key, args).map_err(|error| Error::message(error.to_string()))
}
