//! What can go wrong for a visitor.

mod kind;
mod panics;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::http::{StatusCode, Uri};
use actix_web::{HttpResponse, ResponseError};

pub use kind::ErrorKind;
pub use panics::panics;

use web_guards::Rejection;

use crate::causes::with_sources;
use crate::email_address::EmailAddress;
use crate::mail::MailError;
use crate::sign_in::{PendingSignIn, ReturnTo, SignInId, SignInMethod};
use crate::workos::WorkOsError;

/// A request that ends without what was asked for: a stable code for the visitor, and for the
/// operator the cause. What is shown is decided by the code alone, so no cause can leak.
#[derive(Debug)]
pub struct Failure {
    /// What kind of failure it is.
    pub code: ErrorKind,
    /// For the log. Never holds an address, a code, a link, a token or a key.
    cause: Cow<'static, str>,
    /// When to try again, if that is known.
    pub(crate) retry_after: Option<Duration>,
    /// What its page offers beyond the usual.
    pub(crate) offer: Option<Box<Offer>>,
    /// The sign-in that this ends.
    ends: Option<SignInId>,
    /// The sign-in that goes on after it, and its address.
    whose: Option<Box<(SignInId, EmailAddress)>>,
    /// Whether the operator knows of it, or need not.
    pub(crate) is_told: bool,
}

/// The way on from a failure.
pub(crate) enum Offer {
    /// A new sign-in in one click, for what was typed, which need not be an address: by a link, or
    /// through an organization.
    NewSignIn { email: String, return_to: ReturnTo, by_sso: bool },
    /// The same once more, at this path: nothing was lost.
    TryAgain { at: String },
    /// Nothing but patience: the page goes by itself where this sign-in leads.
    Wait(SignInId),
    /// The form where it happened, as HTML, in place of a page about it.
    Form(String),
}

/// Hides what was typed: `Debug` ends up in logs.
impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offer(…)")
    }
}

impl Failure {
    /// The visitor did what is not allowed or no longer possible; `why` is for the log.
    pub fn refusal(code: ErrorKind, why: &'static str) -> Self {
        Self {
            code,
            cause: Cow::Borrowed(why),
            retry_after: None,
            offer: None,
            ends: None,
            whose: None,
            is_told: false,
        }
    }

    /// The sign-in is going through at this moment, in answer to another request of this browser's:
    /// the page that waits for it will know.
    pub(crate) fn going_through(flow: &SignInId) -> Self {
        let refused = Self::refusal(ErrorKind::GoingThrough, "another request is at it");
        refused.with(Offer::Wait(flow.clone())).told()
    }

    /// A fault of this program or of its settings.
    pub fn internal(cause: String) -> Self {
        Self { cause: Cow::Owned(cause), ..Self::refusal(ErrorKind::Internal, "") }
    }

    /// The store failed.
    pub(crate) fn store(cause: String) -> Self {
        Self { cause: Cow::Owned(cause), ..Self::refusal(ErrorKind::StoreUnavailable, "") }
    }

    /// Neither logged nor audited: it is no end, or its end was told before.
    #[must_use]
    pub(crate) fn told(self) -> Self {
        Self { is_told: true, ..self }
    }

    /// Says when to try again.
    #[must_use]
    pub(crate) fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Offers the same sign-in anew on the page.
    #[must_use]
    pub(crate) fn offering(self, pending: &PendingSignIn) -> Self {
        let (email, return_to) = (pending.email.as_str().to_owned(), pending.return_to.clone());
        match pending.method {
            SignInMethod::Sso(_) => self.of_sso(email, return_to),
            SignInMethod::Code => {
                Self { code: self.code.of_code(), ..self }.offering_form(email, return_to)
            }
            SignInMethod::Link(_) => self.offering_form(email, return_to),
        }
    }

    /// Says what the same cause means where it happened.
    #[must_use]
    pub(crate) fn meaning(self, code: ErrorKind) -> Self {
        Self { code, ..self }
    }

    /// Says for the audit whose it is, where nothing else does.
    #[must_use]
    pub(crate) fn of(self, pending: &PendingSignIn) -> Self {
        Self { whose: Some(Box::new((pending.id.clone(), pending.email.clone()))), ..self }
    }

    /// Says it of a sign-in through an organization, where no link was mailed, and offers that anew.
    #[must_use]
    pub(crate) fn of_sso(self, email: String, return_to: ReturnTo) -> Self {
        let code = self.code.of_sso();
        Self { code, ..self }.with(Offer::NewSignIn { email, return_to, by_sso: true })
    }

    /// The same, if nothing better is offered already.
    #[must_use]
    pub(crate) fn or_offering(self, pending: &PendingSignIn) -> Self {
        if self.offer.is_some() { self } else { self.offering(pending) }
    }

    /// Offers a new link for what was typed, which need not be an address.
    #[must_use]
    pub(crate) fn offering_form(self, email: String, return_to: ReturnTo) -> Self {
        self.with(Offer::NewSignIn { email, return_to, by_sso: false })
    }

    /// If this failed for want of something outside, or of a moment's patience, the same can be tried
    /// again here.
    #[must_use]
    pub(crate) fn trying_again_at(self, here: &Uri) -> Self {
        if self.code.status().is_server_error() || self.code == ErrorKind::MailLinkInUse {
            self.with(Offer::TryAgain { at: here.to_string() })
        } else {
            self
        }
    }

    /// Shows it in this form, where it happened.
    #[must_use]
    pub(crate) fn shown_in(self, form: String) -> Self {
        self.with(Offer::Form(form))
    }

    /// The same can be done at this path, after a look at it.
    #[must_use]
    pub(crate) fn looking_again_at(self, path: &str) -> Self {
        self.with(Offer::TryAgain { at: path.to_owned() })
    }

    fn with(self, offer: Offer) -> Self {
        Self { offer: Some(Box::new(offer)), ..self }
    }

    /// Takes the sign-in's cookie away: it was used, if in vain.
    #[must_use]
    pub(crate) fn ending(mut self, flow: &SignInId) -> Self {
        self.ends = Some(flow.clone());
        self
    }

    /// Whose sign-in it was, if the page offers them another, or it goes on.
    pub(crate) fn email(&self) -> Option<EmailAddress> {
        match self.offer.as_deref() {
            Some(Offer::NewSignIn { email, .. }) => EmailAddress::parse(email).ok(),
            _ => self.whose.as_ref().map(|whose| whose.1.clone()),
        }
    }

    /// The sign-in that it was, if this is its end, or it goes on.
    pub(crate) fn flow(&self) -> Option<&SignInId> {
        self.ends.as_ref().or_else(|| self.whose.as_ref().map(|whose| &whose.0))
    }

    /// Logs the failure, once: refusals are the visitor's, the rest is the operator's.
    pub(crate) fn log(&self) {
        let (code, cause) = (self.code.name(), &self.cause);
        match self.code {
            // Every crawler makes these; the line of the request says enough.
            ErrorKind::NotSignedIn | ErrorKind::NotFound | ErrorKind::MethodNotAllowed => {}
            _ if self.code.status().is_server_error() => tracing::error!(code, %cause, "failed"),
            _ => tracing::info!(code, %cause, "refused"),
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
        let code = match rejection {
            Rejection::HeadTooLarge { .. } | Rejection::BodyTooLarge { .. } => ErrorKind::TooLarge,
            Rejection::WrongHost => ErrorKind::WrongHost,
            Rejection::CrossSiteRead | Rejection::CrossSiteWrite => ErrorKind::CrossSite,
            Rejection::Prefetch => ErrorKind::Prefetch,
            other => ErrorKind::of_status(other.status_code()),
        };
        let failure = Self { cause: Cow::Owned(rejection.to_string()), ..Self::refusal(code, "") };
        match rejection {
            // The same URL, whose query isn't repeated on the page.
            Rejection::Prefetch => failure.looking_again_at(""),
            _ => failure,
        }
    }
}

impl From<WorkOsError> for Failure {
    fn from(error: WorkOsError) -> Self {
        let code = if error.is_key_refused() {
            ErrorKind::Internal
        } else if error.is_expired_code() {
            ErrorKind::CodeExpired
        } else {
            ErrorKind::WorkOsUnavailable
        };
        let cause = Cow::Owned(with_sources(&error));
        Self { cause, retry_after: error.retry_after(), ..Self::refusal(code, "") }
    }
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        Self {
            cause: Cow::Owned(error.to_string()),
            ..Self::refusal(ErrorKind::MailUnavailable, "")
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.cause)
    }
}

/// An empty response that carries the failure outwards, to where it is made a page.
impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        if let Some(flow) = &self.ends {
            // Can't fail: the name is letters, digits and dashes, the value empty.
            let _ = response.add_cookie(&flow.removal_cookie());
        }
        response
    }
}
