//! Validates requests for passwordless sessions.

use serde_json::Value;
use time::Duration;

use crate::connections::MAGIC_LINK;
use crate::errors::{ApiError, FieldError};
use crate::{email_address, redirect};

const DEFAULT_LIFETIME: Duration = Duration::minutes(15);
const SHORTEST_LIFETIME: i64 = 900;
const LONGEST_LIFETIME: i64 = 86_400;

/// A valid request for a passwordless session.
pub(crate) struct SessionRequest {
    pub(crate) email: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) lifetime: Duration,
    pub(crate) connection: Option<String>,
}

impl SessionRequest {
    pub(crate) fn parse(body: &[u8], listed_uris: &[String]) -> Result<Self, ApiError> {
        let body = match body {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).map_err(|_| ApiError::NotJson)?,
        };
        let mut errors = Vec::new();
        let mut refuse = |field, code| errors.push(FieldError { field, code });

        let email = match &body["email"] {
            Value::String(email) if email_address::is_valid(email) => email.clone(),
            Value::String(_) => {
                refuse("email", "email must be an email");
                String::new()
            }
            _ => {
                refuse("email", "email must be a string");
                String::new()
            }
        };
        if body["type"] != MAGIC_LINK {
            refuse("type", "type must be a valid enum value");
        }
        let redirect_uri = match optional_text(&body["redirect_uri"]) {
            Ok(Some(uri)) if !redirect::is_allowed(&uri, listed_uris) => {
                refuse("redirect_uri", "redirect_uri is not a configured redirect URI");
                None
            }
            Ok(uri) => uri.or_else(|| listed_uris.first().cloned()),
            Err(()) => {
                refuse("redirect_uri", "redirect_uri must be a string");
                None
            }
        };
        let state = optional_text(&body["state"]).unwrap_or_else(|()| {
            refuse("state", "state must be a string");
            None
        });
        let lifetime = parse_lifetime(&body["expires_in"]).unwrap_or_else(|code| {
            refuse("expires_in", code);
            DEFAULT_LIFETIME
        });
        let connection = optional_text(&body["connection"]).unwrap_or_else(|()| {
            refuse("connection", "connection must be a string");
            None
        });

        if !errors.is_empty() {
            return Err(ApiError::Validation(errors));
        }
        let Some(redirect_uri) = redirect_uri else {
            return Err(ApiError::Unprocessable(
                "No redirect_uri was given, and the environment has no default.".to_owned(),
            ));
        };
        Ok(Self { email, redirect_uri, state, lifetime, connection })
    }
}

/// Returns an optional string. `""` counts as absent, because an old official SDK always sent it.
fn optional_text(value: &Value) -> Result<Option<String>, ()> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(()),
    }
}

/// Returns the lifetime from `expires_in`, or an error message. 0 counts as absent, because an old
/// official SDK always sent it.
fn parse_lifetime(value: &Value) -> Result<Duration, &'static str> {
    let seconds = match value {
        Value::Null => return Ok(DEFAULT_LIFETIME),
        Value::String(text) if text.is_empty() => return Ok(DEFAULT_LIFETIME),
        Value::Number(number) => number.as_f64().filter(|seconds| seconds.fract() == 0.0),
        _ => None,
    };
    match seconds {
        None => Err("expires_in must be an integer number"),
        Some(0.0) => Ok(DEFAULT_LIFETIME),
        Some(seconds) if seconds < SHORTEST_LIFETIME as f64 => {
            Err("expires_in must not be less than 900")
        }
        Some(seconds) if seconds > LONGEST_LIFETIME as f64 => {
            Err("expires_in must not be greater than 86400")
        }
        Some(seconds) => Ok(Duration::seconds(seconds as i64)),
    }
}
