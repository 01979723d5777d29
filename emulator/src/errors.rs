//! The errors of the API, in the formats recorded from it.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::json;

/// Why a call was refused.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The API key is missing or wrong.
    Unauthorized,
    /// The body isn't JSON.
    NotJson,
    /// The old validation format, with one entry for each invalid field.
    Validation(Vec<FieldError>),
    /// The newer validation format, which also has a `code`.
    InvalidParameters(Vec<FieldError>),
    /// Too many requests for one email address.
    TooManyRequests,
    /// Status 422 with only a message.
    Unprocessable(String),
    /// No connection has this ID.
    ConnectionNotFound(String),
    /// No email in the inbox has this ID.
    MailNotFound(String),
    /// The scan needs a browser, but none is installed.
    NoBrowser,
    /// A code or token of Magic Auth is invalid. Status 400.
    InvalidCredential { code: &'static str, message: &'static str },
    /// The OAuth error format, always with status 400.
    OAuth { error: &'static str, description: String },
    /// The emulator itself failed.
    Internal(String),
}

impl From<tera::Error> for ApiError {
    fn from(error: tera::Error) -> Self {
        Self::Internal(format!("could not render a template: {error}"))
    }
}

/// An invalid field. This format has the message in `code`.
#[derive(Debug, Serialize)]
pub(crate) struct FieldError {
    pub(crate) field: &'static str,
    pub(crate) code: &'static str,
}

#[derive(Serialize)]
struct ValidationBody<'a> {
    message: &'a str,
    errors: &'a [FieldError],
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("Unauthorized"),
            Self::NotJson => f.write_str("Problems parsing JSON"),
            Self::Validation(_) | Self::InvalidParameters(_) => f.write_str("Validation failed"),
            Self::TooManyRequests => f.write_str("Too many requests for this address."),
            Self::Unprocessable(message) | Self::Internal(message) => f.write_str(message),
            Self::ConnectionNotFound(id) => write!(f, "Connection not found: '{id}'."),
            Self::MailNotFound(id) => write!(f, "No email has the ID '{id}'."),
            Self::NoBrowser => f.write_str(
                "This scan needs Chromium: no chromium, chromium-browser or google-chrome is on PATH.",
            ),
            Self::InvalidCredential { message, .. } => f.write_str(message),
            Self::OAuth { description, .. } => f.write_str(description),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotJson | Self::InvalidCredential { .. } | Self::OAuth { .. } => {
                StatusCode::BAD_REQUEST
            }
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Validation(_) | Self::InvalidParameters(_) | Self::Unprocessable(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::ConnectionNotFound(_) | Self::MailNotFound(_) => StatusCode::NOT_FOUND,
            Self::NoBrowser => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        let message = self.to_string();
        match self {
            Self::Validation(errors) => response.json(ValidationBody { message: &message, errors }),
            Self::InvalidParameters(errors) => response.json(json!({
                "message": message,
                "code": "invalid_request_parameters",
                "errors": errors,
            })),
            Self::TooManyRequests => response
                .insert_header((header::RETRY_AFTER, "60"))
                .json(json!({ "message": message, "code": "too_many_requests" })),
            Self::ConnectionNotFound(id) => response.json(json!({
                "message": message,
                "code": "entity_not_found",
                "entity_id": id,
            })),
            Self::InvalidCredential { code, .. } => {
                response.json(json!({ "message": message, "code": code }))
            }
            Self::OAuth { error, description } => response.json(json!({
                "error": error,
                "error_description": description,
            })),
            Self::Unauthorized
            | Self::NotJson
            | Self::Unprocessable(_)
            | Self::MailNotFound(_)
            | Self::NoBrowser
            | Self::Internal(_) => response.json(json!({ "message": message })),
        }
    }
}

/// Responds to endpoints that WorkOS may have and the emulator doesn't. The message is explicit so
/// that it isn't mistaken for an expired session or a deleted record.
pub(crate) async fn not_implemented(request: HttpRequest) -> HttpResponse {
    HttpResponse::NotFound().json(json!({
        "emulator": "magic-link-emulator",
        "code": "not_implemented_by_emulator",
        "message": format!(
            "This is a local WorkOS emulator. It does not implement {} {}.",
            request.method(),
            request.path()
        ),
    }))
}
