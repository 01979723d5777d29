//! Pages of a sign-in in progress.

use std::time::Duration;

use serde::Serialize;

use super::failure::Problem;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::ErrorKind;
use crate::session::{CurrentUser, EndReason};
use crate::sign_in::{LinkDelivery, OneTimeCode, PendingSignIn, ReturnTo, SignInMethod};
use crate::webmail::Webmail;

#[derive(Serialize)]
pub(crate) struct LoginPage {
    email: String,
    pub(crate) return_to: String,
    /// Whether the box for a shared computer is checked.
    is_shared: bool,
    error: Option<Problem>,
    /// Why the last session ended.
    ended: Option<&'static str>,
}

template!(LoginPage, "login.html");

impl LoginPage {
    pub(crate) fn new(email: &str, return_to: &ReturnTo, is_shared: bool) -> Self {
        let (email, return_to) = (email.to_owned(), return_to.as_str().to_owned());
        Self { email, return_to, is_shared, error: None, ended: None }
    }

    pub(crate) fn with_error(self, kind: ErrorKind) -> Self {
        Self { error: Some(Problem::new(kind)), ..self }
    }

    pub(crate) fn with_end_reason(self, ended: Option<EndReason>) -> Self {
        Self { ended: ended.map(EndReason::name), ..self }
    }
}

/// The page that waits for the user to open the link. [`CodePage`](super::CodePage) adds the field
/// for a code.
#[derive(Serialize)]
pub(crate) struct SentPage {
    flow: String,
    email: String,
    return_to: String,
    /// Who sends the link. `None` for a code.
    delivery: Option<LinkDelivery>,
    /// How long the link or code works, in seconds.
    lifetime: u64,
    handed_over_at: i64,
    is_delayed: bool,
    /// When the next email may be sent, if this one was withheld.
    next_mail_at: Option<i64>,
    // for cross-device
    /// The digits to enter in another browser that opens the link.
    digits: String,
    /// How long until another email can be sent, in seconds.
    wait: Option<u64>,
    webmail: Option<Webmail>,
    is_for_code: bool,
    is_shared: bool,
    /// Whether the user is signed in, and confirms that it's them.
    confirms: bool,
}

template!(SentPage, "sent.html");

impl SentPage {
    /// `wait` is how long until another email can be sent. `webmail` is the website of the user's
    /// mailbox.
    pub(crate) fn new(
        app: &App,
        user: Option<&CurrentUser>,
        pending: &PendingSignIn,
        wait: Option<Duration>,
        webmail: Option<Webmail>,
    ) -> Self {
        let delivery = match pending.method {
            SignInMethod::Link(delivery) => Some(delivery),
            _ => None,
        };
        let lifetime = delivery.map_or(OneTimeCode::LIFETIME, |delivery| delivery.lifetime(app));
        Self {
            flow: pending.id.as_str().to_owned(),
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            delivery,
            lifetime: lifetime.as_secs(),
            handed_over_at: pending.began_at(),
            is_delayed: pending.is_delayed,
            next_mail_at: pending.next_mail_at,
            // for cross-device
            digits: pending.digits.as_str().to_owned(),
            wait: wait.map(|wait| wait.as_secs()),
            webmail,
            is_for_code: delivery.is_none(),
            is_shared: pending.is_shared,
            confirms: user.is_some_and(|user| user.has_email(&pending.email)),
        }
    }
}

/// Asks whether to switch accounts, when another user is signed in.
#[derive(Serialize)]
pub(crate) struct SwitchPage {
    flow: String,
    signed_in_as: Option<String>,
    email: String,
    /// Whether the new user signed in through SSO rather than by email.
    by_sso: bool,
}

template!(SwitchPage, "switch.html");

impl SwitchPage {
    pub(crate) fn new(
        pending: &PendingSignIn,
        user: Option<&CurrentUser>,
        email: &EmailAddress,
    ) -> Self {
        Self {
            flow: pending.id.as_str().to_owned(),
            signed_in_as: user.map(|user| user.profile.email.clone()),
            email: email.as_str().to_owned(),
            by_sso: pending.method.is_sso(),
        }
    }
}
