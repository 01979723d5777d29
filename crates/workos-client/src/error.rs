//! Why a call to WorkOS failed.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io, iter};

use reqwest::StatusCode;

/// A failed call to WorkOS.
///
/// Contains no text from WorkOS, which may quote the authorization code or the email address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkOsError {
    /// No complete response was received: the connection was refused, reset or timed out, or TLS
    /// failed.
    #[error("could not reach WorkOS")]
    Unreachable(#[source] reqwest::Error),
    /// Too many calls were in progress. Nothing was sent.
    #[error("could not call WorkOS: too many calls in progress")]
    Busy,
    /// WorkOS rejected the request.
    #[error("WorkOS responded with {status}{}", Detail { code, errors, request_id })]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// `code`, or `error` in the OAuth format.
        code: Option<String>,
        /// The rejected fields of a validation error.
        errors: Vec<FieldError>,
        /// `X-Request-Id`, for WorkOS's support.
        request_id: Option<String>,
        /// `Retry-After`, at most an hour.
        retry_after: Option<Duration>,
    },
    /// The body of the response doesn't match the API reference.
    #[error("WorkOS responded with {status} and an unreadable body: {reason}{}", Detail { code: &None, errors: &[], request_id })]
    Unreadable {
        /// The HTTP status.
        status: StatusCode,
        /// What is wrong with the body. Never contains a part of it.
        reason: &'static str,
        /// `X-Request-Id`, for WorkOS's support.
        request_id: Option<String>,
    },
}

/// A rejected field of a validation error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The name of the field. Empty in newer responses, where the code names it.
    pub field: String,
    /// The reason, such as `email_required`. Empty in older responses, which have only a sentence.
    pub code: String,
}

impl WorkOsError {
    /// Returns whether the authorization code was used, has expired, or never existed.
    #[must_use]
    pub fn is_expired_code(&self) -> bool {
        self.code() == Some("invalid_grant")
    }

    /// Returns whether the API key or client ID was rejected, which is a configuration error.
    #[must_use]
    pub fn is_key_refused(&self) -> bool {
        matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
            || matches!(self.code(), Some("invalid_client" | "unauthorized_client"))
    }

    /// Returns whether WorkOS's rate limit was exceeded.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Returns whether WorkOS is down, unreachable or busy, or its response is unreadable.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        self.status().is_none_or(|status| status.is_server_error())
    }

    /// Returns whether the call may have succeeded, because it was sent but got no response.
    #[must_use]
    pub fn may_have_succeeded(&self) -> bool {
        match self {
            Self::Unreachable(error) => !error.is_connect() && !error.is_builder(),
            Self::Refused { status, .. } => *status == StatusCode::GATEWAY_TIMEOUT,
            Self::Busy | Self::Unreadable { .. } => false,
        }
    }

    /// Returns whether WorkOS rejected only this field of the request.
    #[must_use]
    pub fn refuses_only(&self, field: &str) -> bool {
        let Self::Refused { status, errors, .. } = self else { return false };
        let is_of_field = |error: &FieldError| match error.field.as_str() {
            "" => *status == StatusCode::UNPROCESSABLE_ENTITY && error.code.contains(field),
            name => name == field,
        };
        !errors.is_empty() && errors.iter().all(is_of_field)
    }

    /// Returns whether an HTTP/1.1 connection was closed before a response.
    pub(super) fn is_closed_connection(&self) -> bool {
        let Self::Unreachable(error) = self else { return false };
        let mut causes = iter::successors(error.source(), |cause| (*cause).source());
        let is_closed = causes.any(|cause| {
            let incomplete = cause.downcast_ref().is_some_and(hyper::Error::is_incomplete_message);
            incomplete || cause.is::<io::Error>()
        });
        is_closed && error.is_request() && !error.is_connect()
    }

    /// Returns `Retry-After`: how long to wait before the next call, at most an hour.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns the status of a rejected request.
    fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Returns the code of a rejected request, such as `invalid_grant`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => code.as_deref(),
            _ => None,
        }
    }
}

/// The end of a message: the code, rejected fields and request ID, if any.
struct Detail<'a> {
    code: &'a Option<String>,
    errors: &'a [FieldError],
    request_id: &'a Option<String>,
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.code {
            write!(f, " {code:?}")?;
        }
        for error in self.errors {
            let name = if error.field.is_empty() { &error.code } else { &error.field };
            write!(f, ", rejecting {name:?}")?;
        }
        if let Some(request_id) = self.request_id {
            write!(f, " (request {request_id:?})")?;
        }
        Ok(())
    }
}
