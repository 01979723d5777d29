//! The kinds of failures, each with its code, HTTP status and message.

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};

/// Defines the enum and its table. Each row has a kind, its code, its status, its message and
/// optionally `offers_sign_in`, if its page offers a new sign-in.
macro_rules! kinds {
    ($($(#[$attribute:meta])* $kind:ident $name:literal $status:ident $message:literal $($offer:ident)?;)*) => {
        /// A kind of failure. API clients distinguish kinds by [`ErrorKind::name`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each is explained by what its page says")]
        pub enum ErrorKind {
            $($(#[$attribute])* $kind,)*
        }

        impl ErrorKind {
            fn entry(self) -> (&'static str, StatusCode, &'static str, bool) {
                match self {
                    $($(#[$attribute])* Self::$kind => {
                        ($name, StatusCode::$status, $message, is_offered!($($offer)?))
                    })*
                }
            }
        }
    };
}

macro_rules! is_offered {
    () => {
        false
    };
    (offers_sign_in) => {
        true
    };
}

kinds! {
    BadRequest "bad_request" BAD_REQUEST "bad_request";
    InvalidEmail "invalid_email" UNPROCESSABLE_ENTITY "invalid_email";
    RateLimited "rate_limited" TOO_MANY_REQUESTS "rate_limited" offers_sign_in;
    Busy "rate_limited" SERVICE_UNAVAILABLE "busy" offers_sign_in;
    FormExpired "nothing_pending" BAD_REQUEST "form_expired";
    RecentSignInRequired "recent_sign_in_required" FORBIDDEN "recent_sign_in_required";
    NotAllowed "not_allowed" FORBIDDEN "not_allowed" offers_sign_in;
    LinkExpired "link_expired" BAD_REQUEST "link_expired" offers_sign_in;
    MailLinkSpent "link_expired" BAD_REQUEST "mail_link_spent" offers_sign_in;
    // for own-mail
    MailLinkInUse "link_expired" BAD_REQUEST "mail_link_in_use";
    // for own-mail or cross-device
    TooLateToEnd "link_expired" BAD_REQUEST "too_late_to_end";
    GoingThrough "nothing_pending" BAD_REQUEST "going_through";
    AnotherLink "nothing_pending" BAD_REQUEST "another_link";
    SignInCancelled "sign_in_cancelled" BAD_REQUEST "sign_in_cancelled" offers_sign_in;
    SsoFailed "sso_failed" BAD_REQUEST "sso_failed" offers_sign_in;
    SsoDenied "sso_failed" BAD_REQUEST "sso_denied" offers_sign_in;
    SsoNotSetUp "sso_failed" BAD_REQUEST "sso_not_set_up" offers_sign_in;
    SsoSwitchedOff "sso_failed" BAD_REQUEST "sso_switched_off" offers_sign_in;
    SsoWrongAccount "sso_failed" BAD_REQUEST "sso_wrong_account" offers_sign_in;
    // for sso
    SsoTooLate "code_expired" BAD_REQUEST "sso_too_late" offers_sign_in;
    // for sso
    SsoNothingPending "nothing_pending" BAD_REQUEST "sso_nothing_pending" offers_sign_in;
    // for sso
    SsoMismatch "profile_mismatch" FORBIDDEN "sso_mismatch" offers_sign_in;
    StartedElsewhere "state_mismatch" BAD_REQUEST "started_elsewhere" offers_sign_in;
    NothingPending "nothing_pending" BAD_REQUEST "nothing_pending" offers_sign_in;
    // for sso
    CookiesBlocked "nothing_pending" BAD_REQUEST "cookies_blocked";
    EmailCookiesBlocked "nothing_pending" BAD_REQUEST "email_cookies_blocked";
    // for cross-device
    NoCookies "nothing_pending" BAD_REQUEST "no_cookies";
    // for own-mail or cross-device
    RequestedWithoutCookies "nothing_pending" BAD_REQUEST "requested_without_cookies";
    StateMismatch "state_mismatch" BAD_REQUEST "state_mismatch" offers_sign_in;
    CodeExpired "code_expired" BAD_REQUEST "code_expired" offers_sign_in;
    // for cross-device
    WrongDigits "wrong_digits" UNPROCESSABLE_ENTITY "wrong_digits";
    // for cross-device
    TooManyWrongDigits "wrong_digits" FORBIDDEN "too_many_wrong_digits" offers_sign_in;
    WrongCode "wrong_code" UNPROCESSABLE_ENTITY "wrong_code";
    TooManyWrongCodes "wrong_code" FORBIDDEN "too_many_wrong_codes" offers_sign_in;
    TooManyTries "rate_limited" TOO_MANY_REQUESTS "too_many_tries";
    OneTimeCodeSpent "code_expired" BAD_REQUEST "one_time_code_spent" offers_sign_in;
    NoCodePending "nothing_pending" BAD_REQUEST "no_code_pending" offers_sign_in;
    CodeOfAnother "profile_mismatch" FORBIDDEN "code_of_another" offers_sign_in;
    FurtherSteps "further_steps" FORBIDDEN "further_steps";
    ProfileMismatch "profile_mismatch" FORBIDDEN "profile_mismatch" offers_sign_in;
    NotSignedIn "not_signed_in" UNAUTHORIZED "not_signed_in";
    CrossSite "cross_site" FORBIDDEN "cross_site";
    Prefetch "cross_site" FORBIDDEN "prefetch";
    NotFound "not_found" NOT_FOUND "not_found";
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "method_not_allowed";
    TooLarge "too_large" PAYLOAD_TOO_LARGE "too_large";
    WrongHost "wrong_host" MISDIRECTED_REQUEST "wrong_host";
    WorkOsUnavailable "workos_unavailable" SERVICE_UNAVAILABLE "workos_unavailable" offers_sign_in;
    // for own-mail
    MailUnavailable "mail_unavailable" SERVICE_UNAVAILABLE "mail_unavailable" offers_sign_in;
    StoreUnavailable "store_unavailable" SERVICE_UNAVAILABLE "store_unavailable";
    Internal "internal" INTERNAL_SERVER_ERROR "internal";
}

impl ErrorKind {
    /// Returns the stable code, for `data-error` in pages and `code` in problem documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.entry().1
    }

    /// Returns the ID of the message in `locales/`, which has a `title` and a `text`.
    #[must_use]
    pub fn message(self) -> &'static str {
        self.entry().2
    }

    /// Returns whether the page offers a new sign-in.
    pub(crate) fn offers_sign_in(self) -> bool {
        self.entry().3
    }

    /// Returns the kind for an error response of the framework, which has only a status.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}
