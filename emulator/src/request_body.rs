//! The bodies in the request log, with secrets masked.

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Map, Value};

const MASK: &str = "***";

/// Words in the names of fields that are secret, such as `client_secret` and `code_verifier`.
const SECRET: [&str; 5] = ["secret", "token", "code", "password", "key"];

/// Returns the fields of a JSON object or a form. Any other body is null, since its secrets can't be
/// recognized.
pub(crate) fn masked(headers: &HeaderMap, body: &[u8]) -> Value {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form =
        content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    let fields: Option<Map<String, Value>> = if is_form {
        let fields = url::form_urlencoded::parse(body).into_owned();
        Some(fields.map(|(name, value)| (name, Value::String(value))).collect())
    } else {
        serde_json::from_slice(body).ok()
    };
    fields.map_or(Value::Null, |fields| mask(Value::Object(fields)))
}

fn mask(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().map(mask_field).collect(),
        Value::Array(items) => items.into_iter().map(mask).collect(),
        other => other,
    }
}

fn mask_field((name, value): (String, Value)) -> (String, Value) {
    let lower = name.to_lowercase();
    let is_secret = SECRET.iter().any(|word| lower.contains(word));
    let masked = match value {
        Value::Null => Value::Null,
        _ if is_secret => MASK.into(),
        other => mask(other),
    };
    (name, masked)
}
