//! The kinds of failure: their stable names, and which words a visitor reads.

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};

/// A kind of failure. Programs tell them apart by [`ErrorKind::name`], people by what its page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is explained by what its page says, below")]
pub enum ErrorKind {
    BadRequest,
    InvalidEmail,
    RateLimited,
    Busy,
    NotAllowed,
    LinkExpired,
    MailLinkSpent,
    MailLinkInUse,
    TooLateToEnd,
    GoingThrough,
    AnotherLink,
    SignInCancelled,
    SsoFailed,
    SsoDenied,
    SsoNotSetUp,
    SsoSwitchedOff,
    SsoWrongAccount,
    SsoTooLate,
    SsoNothingPending,
    SsoMismatch,
    StartedElsewhere,
    NothingPending,
    CookiesBlocked,
    EmailCookiesBlocked,
    NoCookies,
    RequestedWithoutCookies,
    StateMismatch,
    CodeExpired,
    WrongDigits,
    TooManyWrongDigits,
    WrongCode,
    TooManyWrongCodes,
    TooManyTries,
    OneTimeCodeSpent,
    NoCodePending,
    CodeOfAnother,
    FurtherSteps,
    ProfileMismatch,
    NotSignedIn,
    CrossSite,
    Prefetch,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    WrongHost,
    WorkOsUnavailable,
    MailUnavailable,
    StoreUnavailable,
    Internal,
}

impl ErrorKind {
    /// The code in `data-error` and in problem documents. Fixed.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.entry().1
    }

    /// What the visitor reads: the name of its message in `words/`, with a `title` and a `text`.
    #[must_use]
    pub fn words(self) -> &'static str {
        self.entry().2
    }

    /// Whether a new sign-in link is the way on.
    pub(crate) fn offers_link(self) -> bool {
        matches!(
            self,
            Self::LinkExpired
                | Self::MailLinkSpent
                | Self::SignInCancelled
                | Self::SsoFailed
                | Self::SsoDenied
                | Self::SsoNotSetUp
                | Self::SsoSwitchedOff
                | Self::SsoWrongAccount
                | Self::SsoTooLate
                | Self::SsoNothingPending
                | Self::SsoMismatch
                | Self::StartedElsewhere
                | Self::NothingPending
                | Self::StateMismatch
                | Self::CodeExpired
                | Self::TooManyWrongDigits
                | Self::TooManyWrongCodes
                | Self::OneTimeCodeSpent
                | Self::NoCodePending
                | Self::CodeOfAnother
                | Self::ProfileMismatch
                | Self::NotAllowed
                | Self::RateLimited
                | Self::Busy
                | Self::WorkOsUnavailable
                | Self::MailUnavailable
        )
    }

    /// The same, of a sign-in through an organization, where no link was mailed.
    pub(crate) fn of_sso(self) -> Self {
        match self {
            Self::LinkExpired | Self::CodeExpired => Self::SsoTooLate,
            Self::NothingPending => Self::SsoNothingPending,
            Self::ProfileMismatch => Self::SsoMismatch,
            other => other,
        }
    }

    /// The same, of a sign-in by a code, where no link was mailed.
    pub(crate) fn of_code(self) -> Self {
        match self {
            Self::LinkExpired | Self::MailLinkSpent | Self::CodeExpired => Self::OneTimeCodeSpent,
            Self::NothingPending => Self::NoCodePending,
            Self::ProfileMismatch => Self::CodeOfAnother,
            other => other,
        }
    }

    /// The kind of failure behind a bare status that the framework answered with.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }

    /// Name, status, words: the table of all failures.
    #[rustfmt::skip]
    fn entry(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Self::BadRequest => ("bad_request", S::BAD_REQUEST, "bad_request"),
            Self::InvalidEmail => ("invalid_email", S::UNPROCESSABLE_ENTITY, "invalid_email"),
            Self::RateLimited => ("rate_limited", S::TOO_MANY_REQUESTS, "rate_limited"),
            Self::Busy => ("rate_limited", S::SERVICE_UNAVAILABLE, "busy"),
            Self::NotAllowed => ("not_allowed", S::FORBIDDEN, "not_allowed"),
            Self::LinkExpired => ("link_expired", S::BAD_REQUEST, "link_expired"),
            Self::MailLinkSpent => ("link_expired", S::BAD_REQUEST, "mail_link_spent"),
            Self::MailLinkInUse => ("link_expired", S::BAD_REQUEST, "mail_link_in_use"),
            Self::TooLateToEnd => ("link_expired", S::BAD_REQUEST, "too_late_to_end"),
            Self::GoingThrough => ("nothing_pending", S::BAD_REQUEST, "going_through"),
            Self::AnotherLink => ("nothing_pending", S::BAD_REQUEST, "another_link"),
            Self::SignInCancelled => ("sign_in_cancelled", S::BAD_REQUEST, "sign_in_cancelled"),
            Self::SsoFailed => ("sso_failed", S::BAD_REQUEST, "sso_failed"),
            Self::SsoDenied => ("sso_failed", S::BAD_REQUEST, "sso_denied"),
            Self::SsoNotSetUp => ("sso_failed", S::BAD_REQUEST, "sso_not_set_up"),
            Self::SsoSwitchedOff => ("sso_failed", S::BAD_REQUEST, "sso_switched_off"),
            Self::SsoWrongAccount => ("sso_failed", S::BAD_REQUEST, "sso_wrong_account"),
            Self::SsoTooLate => ("code_expired", S::BAD_REQUEST, "sso_too_late"),
            Self::SsoNothingPending => ("nothing_pending", S::BAD_REQUEST, "sso_nothing_pending"),
            Self::SsoMismatch => ("profile_mismatch", S::FORBIDDEN, "sso_mismatch"),
            Self::StartedElsewhere => ("state_mismatch", S::BAD_REQUEST, "started_elsewhere"),
            Self::NothingPending => ("nothing_pending", S::BAD_REQUEST, "nothing_pending"),
            Self::CookiesBlocked => ("nothing_pending", S::BAD_REQUEST, "cookies_blocked"),
            Self::EmailCookiesBlocked => ("nothing_pending", S::BAD_REQUEST, "email_cookies_blocked"),
            Self::NoCookies => ("nothing_pending", S::BAD_REQUEST, "no_cookies"),
            Self::RequestedWithoutCookies => ("nothing_pending", S::BAD_REQUEST, "requested_without_cookies"),
            Self::StateMismatch => ("state_mismatch", S::BAD_REQUEST, "state_mismatch"),
            Self::CodeExpired => ("code_expired", S::BAD_REQUEST, "code_expired"),
            Self::WrongDigits => ("wrong_digits", S::UNPROCESSABLE_ENTITY, "wrong_digits"),
            Self::TooManyWrongDigits => ("wrong_digits", S::FORBIDDEN, "too_many_wrong_digits"),
            Self::WrongCode => ("wrong_code", S::UNPROCESSABLE_ENTITY, "wrong_code"),
            Self::TooManyWrongCodes => ("wrong_code", S::FORBIDDEN, "too_many_wrong_codes"),
            Self::TooManyTries => ("rate_limited", S::TOO_MANY_REQUESTS, "too_many_tries"),
            Self::OneTimeCodeSpent => ("code_expired", S::BAD_REQUEST, "one_time_code_spent"),
            Self::NoCodePending => ("nothing_pending", S::BAD_REQUEST, "no_code_pending"),
            Self::CodeOfAnother => ("profile_mismatch", S::FORBIDDEN, "code_of_another"),
            Self::FurtherSteps => ("further_steps", S::FORBIDDEN, "further_steps"),
            Self::ProfileMismatch => ("profile_mismatch", S::FORBIDDEN, "profile_mismatch"),
            Self::NotSignedIn => ("not_signed_in", S::UNAUTHORIZED, "not_signed_in"),
            Self::CrossSite => ("cross_site", S::FORBIDDEN, "cross_site"),
            Self::Prefetch => ("cross_site", S::FORBIDDEN, "prefetch"),
            Self::NotFound => ("not_found", S::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed => ("method_not_allowed", S::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::TooLarge => ("too_large", S::PAYLOAD_TOO_LARGE, "too_large"),
            Self::WrongHost => ("wrong_host", S::MISDIRECTED_REQUEST, "wrong_host"),
            Self::WorkOsUnavailable => ("workos_unavailable", S::SERVICE_UNAVAILABLE, "workos_unavailable"),
            Self::MailUnavailable => ("mail_unavailable", S::SERVICE_UNAVAILABLE, "mail_unavailable"),
            Self::StoreUnavailable => ("store_unavailable", S::SERVICE_UNAVAILABLE, "store_unavailable"),
            Self::Internal => ("internal", S::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}
