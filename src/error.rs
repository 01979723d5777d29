//! What can go wrong for a visitor.

mod chain;
mod kind;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

pub(crate) use chain::with_sources;
pub use kind::ErrorKind;
pub use web_guards::catch_panics as panics;

use web_guards::Rejection;

use crate::email_address::EmailAddress;
use crate::workos::WorkOsError;

/// A request that failed: the kind for the visitor, the cause for the operator. Pages depend on the kind
/// alone, so that no cause can leak.
#[derive(derive_more::Debug)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// For the log. Never holds an address, a code, a link, a token or a key.
    cause: Cow<'static, str>,
    /// When to try again, if that is known.
    pub(crate) retry_after: Option<Duration>,
    /// What its page offers beyond the usual.
    #[debug(skip)]
    pub(crate) offer: Option<Box<Offer>>,
    /// The ID of the sign-in that failed, for the audit.
    pub(crate) sign_in: Option<String>,
    /// The address of that sign-in, for the audit.
    email: Option<Box<EmailAddress>>,
    /// What the response removes from the browser.
    removal: Option<Box<Cookie<'static>>>,
    /// Whether the operator knows of it already, or need not know.
    pub(crate) is_reported: bool,
}

/// The way on from a failure.
pub(crate) enum Offer {
    /// A new sign-in in one click, for what was typed, which need not be an address: by email, or
    /// through an organization.
    NewSignIn { email: String, return_to: String, by_sso: bool },
    /// The same once more, at this path: nothing was lost.
    TryAgain { at: String },
    /// The page continues by itself when the sign-in with this ID has completed.
    Wait(String),
    /// The form where it happened, as HTML, in place of a page about it.
    Form(String),
}

impl Failure {
    /// The kind is for the visitor, the cause for the log.
    pub fn new(kind: ErrorKind, cause: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            cause: cause.into(),
            retry_after: None,
            offer: None,
            sign_in: None,
            email: None,
            removal: None,
            is_reported: false,
        }
    }

    /// A fault of this program or of its settings.
    pub fn internal(cause: String) -> Self {
        Self::new(ErrorKind::Internal, cause)
    }

    /// The store failed.
    pub(crate) fn store(cause: String) -> Self {
        Self::new(ErrorKind::StoreUnavailable, cause)
    }

    /// Is neither logged nor audited: it ends nothing, or was reported before.
    #[must_use]
    pub(crate) fn already_reported(self) -> Self {
        Self { is_reported: true, ..self }
    }

    /// Says when to try again.
    #[must_use]
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Says what the same cause means where it happened.
    #[must_use]
    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// Says which sign-in failed, for the audit.
    #[must_use]
    pub(crate) fn with_sign_in(self, id: &str, email: Option<EmailAddress>) -> Self {
        let email = email.map(Box::new).or(self.email);
        Self { sign_in: Some(id.to_owned()), email, ..self }
    }

    /// Removes this cookie from the browser.
    #[must_use]
    pub(crate) fn with_removal(self, cookie: Cookie<'static>) -> Self {
        Self { removal: Some(Box::new(cookie)), ..self }
    }

    /// Offers a new sign-in for what was typed, which need not be an address.
    #[must_use]
    pub(crate) fn with_retry_form(self, email: &str, return_to: &str) -> Self {
        let (email, return_to) = (email.to_owned(), return_to.to_owned());
        self.with_offer(Offer::NewSignIn { email, return_to, by_sso: false })
    }

    /// Offers the same request once more, at this path.
    #[must_use]
    pub(crate) fn with_retry_url(self, path: &str) -> Self {
        self.with_offer(Offer::TryAgain { at: path.to_owned() })
    }

    /// Shows it on this page, where it happened.
    #[must_use]
    pub(crate) fn with_page(self, html: String) -> Self {
        self.with_offer(Offer::Form(html))
    }

    /// Offers this way on.
    #[must_use]
    pub(crate) fn with_offer(self, offer: Offer) -> Self {
        Self { offer: Some(Box::new(offer)), ..self }
    }

    /// The address of the sign-in that failed, or that its page offers again.
    pub(crate) fn email(&self) -> Option<EmailAddress> {
        match self.offer.as_deref() {
            Some(Offer::NewSignIn { email, .. }) => EmailAddress::parse(email).ok(),
            _ => self.email.as_deref().cloned(),
        }
    }

    /// Logs the failure, once: refusals are the visitor's, the rest is the operator's.
    pub(crate) fn log(&self) {
        let (code, cause, status) = (self.kind.name(), &self.cause, self.kind.status());
        match self.kind {
            // Every crawler makes these; the line of the request says enough.
            ErrorKind::NotSignedIn | ErrorKind::NotFound | ErrorKind::MethodNotAllowed => {}
            _ if status.is_server_error() => {
                tracing::error!(event = "request_failed", code, %cause, "request failed")
            }
            _ => tracing::info!(event = "request_refused", code, %cause, "request refused"),
        }
    }
}

impl From<crate::sealed::NoRandomness> for Failure {
    fn from(error: crate::sealed::NoRandomness) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let kind = match rejection {
            Rejection::WrongHost => ErrorKind::WrongHost,
            Rejection::CrossSiteRead | Rejection::CrossSiteWrite => ErrorKind::CrossSite,
            Rejection::Prefetch => ErrorKind::Prefetch,
            other => ErrorKind::of_status(other.status_code()),
        };
        let failure = Self::new(kind, rejection.to_string());
        match rejection {
            // The same URL, whose query isn't repeated on the page.
            Rejection::Prefetch => failure.with_retry_url(""),
            _ => failure,
        }
    }
}

impl From<WorkOsError> for Failure {
    fn from(error: WorkOsError) -> Self {
        let kind = if error.is_key_refused() {
            ErrorKind::Internal
        } else if error.is_expired_code() {
            ErrorKind::CodeExpired
        } else {
            ErrorKind::WorkOsUnavailable
        };
        Self { retry_after: error.retry_after(), ..Self::new(kind, with_sources(&error)) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.cause)
    }
}

/// An empty response that carries the failure outwards, to where it is made a page.
impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        if let Some(removal) = &self.removal {
            // Can't fail: the name is letters, digits and dashes, the value empty.
            let _ = response.add_cookie(removal);
        }
        response
    }
}
