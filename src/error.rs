//! Failures of requests, and what their pages offer.

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

/// A failed request. Its page depends only on the kind. The cause is for the log, and never part of
/// a response.
#[derive(derive_more::Debug)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The cause, for the log. It never contains an address, a code, a link, a token or a key.
    cause: Cow<'static, str>,
    /// How long to wait before trying again, if known.
    pub(crate) retry_after: Option<Duration>,
    /// How many attempts at the email code are left, if known.
    pub(crate) attempts_left: Option<u32>,
    /// What the page offers, such as a new sign-in.
    #[debug(skip)]
    pub(crate) offer: Option<Box<Offer>>,
    /// The ID of the failed sign-in, for the audit log.
    pub(crate) sign_in: Option<String>,
    /// The email address of the failed sign-in, for the audit log.
    email: Option<Box<EmailAddress>>,
    /// The cookie that the response removes.
    removal: Option<Box<Cookie<'static>>>,
    /// Whether the failure has been logged already, or needn't be.
    pub(crate) is_reported: bool,
}

/// What the page of a failure offers.
pub(crate) enum Offer {
    /// A form to sign in again, filled in with `email`, which may be any text that was typed.
    NewSignIn { email: String, return_to: String, by_sso: bool, is_shared: bool },
    /// A link to repeat the request at this path. The sign-in is still valid.
    TryAgain { at: String },
    /// A page that waits until the sign-in with this ID has completed, and then continues.
    Wait(String),
    /// The form that was submitted, as HTML, with an error message.
    Form(String),
}

impl Failure {
    /// Creates a failure. The visitor sees the kind; the log gets the cause.
    pub fn new(kind: ErrorKind, cause: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            cause: cause.into(),
            retry_after: None,
            attempts_left: None,
            offer: None,
            sign_in: None,
            email: None,
            removal: None,
            is_reported: false,
        }
    }

    /// Creates a failure caused by a bug or by invalid settings.
    pub fn internal(cause: String) -> Self {
        Self::new(ErrorKind::Internal, cause)
    }

    /// Creates a failure of the session store.
    pub(crate) fn store(cause: String) -> Self {
        Self::new(ErrorKind::StoreUnavailable, cause)
    }

    /// Marks the failure as reported, so that it is neither logged nor audited.
    #[must_use]
    pub(crate) fn already_reported(self) -> Self {
        Self { is_reported: true, ..self }
    }

    /// Sets how long to wait before trying again.
    #[must_use]
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Sets how many attempts at the email code are left.
    #[must_use]
    pub(crate) fn with_attempts_left(self, attempts: Option<u32>) -> Self {
        Self { attempts_left: attempts, ..self }
    }

    /// Replaces the kind, because the same cause can mean different things in different sign-in
    /// methods.
    #[must_use]
    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// Adds the failed sign-in, for the audit log.
    #[must_use]
    pub(crate) fn with_sign_in(self, id: &str, email: Option<EmailAddress>) -> Self {
        let email = email.map(Box::new).or(self.email);
        Self { sign_in: Some(id.to_owned()), email, ..self }
    }

    /// Makes the response remove this cookie.
    #[must_use]
    pub(crate) fn with_removal(self, cookie: Cookie<'static>) -> Self {
        Self { removal: Some(Box::new(cookie)), ..self }
    }

    /// Offers a form to sign in again. `email` may be any text that was typed.
    #[must_use]
    pub(crate) fn with_retry_form(self, email: &str, return_to: &str, is_shared: bool) -> Self {
        let (email, return_to) = (email.to_owned(), return_to.to_owned());
        self.with_offer(Offer::NewSignIn { email, return_to, by_sso: false, is_shared })
    }

    /// Offers a link to repeat the request at this path.
    #[must_use]
    pub(crate) fn with_retry_url(self, path: &str) -> Self {
        self.with_offer(Offer::TryAgain { at: path.to_owned() })
    }

    /// Shows this page, such as the submitted form with an error message.
    #[must_use]
    pub(crate) fn with_page(self, html: String) -> Self {
        self.with_offer(Offer::Form(html))
    }

    /// Sets what the page offers.
    #[must_use]
    pub(crate) fn with_offer(self, offer: Offer) -> Self {
        Self { offer: Some(Box::new(offer)), ..self }
    }

    /// Returns the email address of the failed sign-in, or the one that its page offers to sign in
    /// again.
    pub(crate) fn email(&self) -> Option<EmailAddress> {
        match self.offer.as_deref() {
            Some(Offer::NewSignIn { email, .. }) => EmailAddress::parse(email).ok(),
            _ => self.email.as_deref().cloned(),
        }
    }

    /// Logs the failure: server errors as errors, all others as information.
    pub(crate) fn log(&self) {
        let (code, cause, status) = (self.kind.name(), &self.cause, self.kind.status());
        match self.kind {
            // Crawlers cause many of these. The entry of the request itself is enough.
            ErrorKind::NotSignedIn | ErrorKind::NotFound | ErrorKind::MethodNotAllowed => {}
            // It leads to the confirmation.
            ErrorKind::RecentSignInRequired => {}
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
            other => ErrorKind::from_status(other.status_code()),
        };
        let failure = Self::new(kind, rejection.to_string());
        match rejection {
            // An empty path repeats the same URL without showing its query on the page.
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

/// An empty response. The error middleware replaces it with a page.
impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        if let Some(removal) = &self.removal {
            // Can't fail: the name has only letters, digits and dashes, and the value is empty.
            let _ = response.add_cookie(removal);
        }
        response
    }
}
