//! What can go wrong between us and WorkOS.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io, iter};

use reqwest::StatusCode;

/// A call to WorkOS that gave no usable answer.
///
/// Holds no sentence that WorkOS wrote: those quote the authorization code and the address.
#[derive(Debug, thiserror::Error)]
pub enum WorkOsError {
    /// No whole answer came: refused, reset, timed out, TLS failed.
    #[error("WorkOS could not be reached")]
    Unreachable(#[source] reqwest::Error),
    /// So many calls were under way that its turn never came. Nothing was sent.
    #[error("WorkOS was not asked: too many calls were under way")]
    Busy,
    /// An answer came that says no.
    #[error("WorkOS answered {status}{}", Detail { code, errors, request_id })]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// `code`, or `error` in the OAuth shape.
        code: Option<String>,
        /// The fields that were refused, of a validation error.
        errors: Vec<FieldError>,
        /// `X-Request-Id`, which WorkOS's support asks for.
        request_id: Option<String>,
        /// How long WorkOS asks us to wait.
        retry_after: Option<Duration>,
    },
    /// An answer came whose body is not what the reference says.
    #[error("WorkOS answered {status} with an unreadable body: {reason}{}", Detail { code: &None, errors: &[], request_id })]
    Unreadable {
        /// The HTTP status.
        status: StatusCode,
        /// What was wrong with it; never a part of it.
        reason: &'static str,
        /// `X-Request-Id`, which WorkOS's support asks for.
        request_id: Option<String>,
    },
}

/// One refused field of a validation error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field; empty in newer answers, whose code names it.
    pub field: String,
    /// What WorkOS says of it, such as `email_required`; empty where older answers have a sentence.
    pub code: String,
}

impl WorkOsError {
    /// The authorization code was used, has expired, or was never given out.
    #[must_use]
    pub fn is_expired_code(&self) -> bool {
        self.code() == Some("invalid_grant")
    }

    /// The API key or the client id is not accepted: the operator must act, not the visitor.
    #[must_use]
    pub fn is_key_refused(&self) -> bool {
        matches!(self.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
            || matches!(self.code(), Some("invalid_client" | "unauthorized_client"))
    }

    /// We asked too often.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// WorkOS is down, unreachable, talks nonsense, or had no time for us.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        self.status().is_none_or(|status| status.is_server_error())
    }

    /// Whether it may have been done all the same: it was sent, and no answer came.
    #[must_use]
    pub fn may_have_been_done(&self) -> bool {
        match self {
            Self::Unreachable(error) => !error.is_connect() && !error.is_builder(),
            Self::Refused { status, .. } => *status == StatusCode::GATEWAY_TIMEOUT,
            Self::Busy | Self::Unreadable { .. } => false,
        }
    }

    /// The request was understood, and this field of it (and no other) refused.
    #[must_use]
    pub fn refuses_only(&self, field: &str) -> bool {
        let Self::Refused { status, errors, .. } = self else { return false };
        let is_of_field = |error: &FieldError| match error.field.as_str() {
            "" => *status == StatusCode::UNPROCESSABLE_ENTITY && error.code.contains(field),
            name => name == field,
        };
        !errors.is_empty() && errors.iter().all(is_of_field)
    }

    /// An HTTP/1.1 connection was closed before an answer came.
    pub(super) fn is_closed_connection(&self) -> bool {
        let Self::Unreachable(error) = self else { return false };
        let mut causes = iter::successors(error.source(), |cause| (*cause).source());
        let is_closed = causes.any(|cause| {
            let incomplete = cause.downcast_ref().is_some_and(hyper::Error::is_incomplete_message);
            incomplete || cause.is::<io::Error>()
        });
        is_closed && error.is_request() && !error.is_connect()
    }

    /// How long WorkOS asks us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The status of an answer that says no.
    fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    pub(super) fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => code.as_deref(),
            _ => None,
        }
    }
}

/// The tail of a message: what there is of code, refused fields and request id.
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
            write!(f, ", refusing {name:?}")?;
        }
        if let Some(request_id) = self.request_id {
            write!(f, " (request {request_id:?})")?;
        }
        Ok(())
    }
}
