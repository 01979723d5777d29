//! The kinds of failure: their stable names, and what a visitor reads.

use actix_web::http::StatusCode;

/// A kind of failure. Programs tell them apart by [`Code::name`], people by what its page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is explained by what its page says, below")]
pub enum Code {
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
    SsoMismatch,
    StartedElsewhere,
    NothingPending,
    StateMismatch,
    CodeExpired,
    WrongDigits,
    TooManyWrongDigits,
    ProfileMismatch,
    NotSignedIn,
    CrossSite,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    WrongHost,
    WorkOsUnavailable,
    MailUnavailable,
    StoreUnavailable,
    Internal,
}

/// What a page says of a failure.
pub(crate) struct Message {
    /// What happened, in a few words.
    pub(crate) title: &'static str,
    /// What happened, and what to do now.
    pub(crate) text: &'static str,
    /// Whether a new sign-in link is the way on.
    pub(crate) offers_link: bool,
}

impl Code {
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

    /// What the visitor reads.
    pub(crate) fn message(self) -> Message {
        let (_, _, title, text) = self.entry();
        let offers_link = matches!(
            self,
            Self::LinkExpired
                | Self::MailLinkSpent
                | Self::SignInCancelled
                | Self::SsoFailed
                | Self::SsoDenied
                | Self::SsoNotSetUp
                | Self::SsoSwitchedOff
                | Self::SsoWrongAccount
                | Self::SsoMismatch
                | Self::StartedElsewhere
                | Self::NothingPending
                | Self::StateMismatch
                | Self::CodeExpired
                | Self::TooManyWrongDigits
                | Self::ProfileMismatch
                | Self::NotAllowed
                | Self::RateLimited
                | Self::Busy
                | Self::WorkOsUnavailable
                | Self::MailUnavailable
        );
        Message { title, text, offers_link }
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

    /// Name, status, title, text: the table of all failures.
    #[rustfmt::skip]
    fn entry(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::BadRequest => ("bad_request", S::BAD_REQUEST, "That request can't be read",
                "Something in the address or the form is missing or damaged. Go back and try again."),
            Self::InvalidEmail => ("invalid_email", S::UNPROCESSABLE_ENTITY, "That doesn't look like an e-mail address",
                "Check the address for typing errors. It looks like name@example.com."),
            Self::RateLimited => ("rate_limited", S::TOO_MANY_REQUESTS, "That was too often",
                "More links were asked for than anybody needs. Those that were mailed already go on working."),
            Self::Busy => ("rate_limited", S::SERVICE_UNAVAILABLE, "Too many people are signing in right now",
                "It isn't your doing. Those who have a link already can use it."),
            Self::NotAllowed => ("not_allowed", S::FORBIDDEN, "This address can't sign in here",
                "Only certain addresses may sign in to this site. If you have another one, use it; otherwise ask whoever runs the site."),
            Self::LinkExpired => ("link_expired", S::BAD_REQUEST, "This link doesn't work any more",
                "It has expired, or something opened it before you did: a link works once, and some mail systems open links to check them. Ask for a new one."),
            Self::MailLinkSpent => ("link_expired", S::BAD_REQUEST, "This link doesn't work any more",
                "It was used already, has expired, or its sign-in was ended. Ask for a new one."),
            Self::MailLinkInUse => ("link_expired", S::BAD_REQUEST, "One moment",
                "The button behind this link was pressed a few seconds ago. If you aren't signed in, try again in ten seconds."),
            Self::TooLateToEnd => ("link_expired", S::BAD_REQUEST, "It is too late to end this sign-in",
                "It is over already. If somebody got in with it and that wasn't you: sign in, end all sessions of your account, and see that nobody else reads your mail."),
            Self::GoingThrough => ("nothing_pending", S::BAD_REQUEST, "One moment",
                "You are being signed in."),
            Self::AnotherLink => ("nothing_pending", S::BAD_REQUEST, "Another link was opened here meanwhile",
                "So nothing was done. Look at what it asks now."),
            Self::SignInCancelled => ("sign_in_cancelled", S::BAD_REQUEST, "The sign-in was cancelled",
                "Nobody was signed in. You can start again whenever you like."),
            Self::SsoFailed => ("sso_failed", S::BAD_REQUEST, "The sign-in didn't go through",
                "The sign-in service sent you back without signing you in. Ask for a new link; if it happens again, tell whoever runs this site."),
            Self::SsoDenied => ("sso_failed", S::BAD_REQUEST, "Your organization didn't let you in",
                "Its sign-in page sent you back without signing you in. Try again; if that doesn't help, ask whoever looks after accounts in your organization."),
            Self::SsoNotSetUp => ("sso_failed", S::BAD_REQUEST, "This sign-in isn't set up as it should be",
                "It isn't your doing, and trying again won't help: tell whoever runs this site that signing in through your organization doesn't work."),
            Self::SsoSwitchedOff => ("sso_failed", S::BAD_REQUEST, "Your organization's sign-in is switched off",
                "Ask whoever looks after accounts in your organization when it will be back."),
            Self::SsoWrongAccount => ("sso_failed", S::BAD_REQUEST, "That account isn't one of your organization",
                "You are signed in to your organization's sign-in page with another account. Sign out there, then try again with your work address."),
            Self::SsoMismatch => ("profile_mismatch", S::FORBIDDEN, "That account doesn't belong here",
                "Your organization's sign-in page told us of an account that it can't speak for, so nobody was signed in. Try again with your work address; if it happens again, tell whoever runs this site."),
            Self::StartedElsewhere => ("state_mismatch", S::BAD_REQUEST, "Please start the sign-in here",
                "You came from another page, such as your organization's. For your safety, only sign-ins that begin on this site go through: type your work address, and you are led back there and in."),
            Self::NothingPending => ("nothing_pending", S::BAD_REQUEST, "This browser has no such sign-in waiting",
                "Open the link in the browser in which you asked for it. If this is that browser, the link was already used or is too old: ask for a new one."),
            Self::StateMismatch => ("state_mismatch", S::BAD_REQUEST, "This link doesn't belong to a sign-in from here",
                "It is damaged, or it wasn't made by this site. Ask for a new one."),
            Self::CodeExpired => ("code_expired", S::BAD_REQUEST, "This sign-in took too long",
                "The link was fine, but what it brought back had expired or was already used. Ask for a new one."),
            Self::WrongDigits => ("wrong_digits", S::UNPROCESSABLE_ENTITY, "That isn't the number",
                "Look at the page in the other browser: it shows two digits."),
            Self::TooManyWrongDigits => ("wrong_digits", S::FORBIDDEN, "Three wrong numbers",
                "So that sign-in is over, in case somebody else had asked for it. Begin a new one here if you like."),
            Self::ProfileMismatch => ("profile_mismatch", S::FORBIDDEN, "That was somebody else's link",
                "The link signed in a different person from the one who asked in this browser, so nobody was signed in. Ask for a new one."),
            Self::NotSignedIn => ("not_signed_in", S::UNAUTHORIZED, "You aren't signed in",
                "Sign in and try again."),
            Self::CrossSite => ("cross_site", S::FORBIDDEN, "That came from another site",
                "Another site tried to act for you here, so nothing was done. If it was you, open this site and try again."),
            Self::NotFound => ("not_found", S::NOT_FOUND, "There is no such page",
                "The address may be mistyped, or the page is gone."),
            Self::MethodNotAllowed => ("method_not_allowed", S::METHOD_NOT_ALLOWED, "That can't be done to this page",
                "The page exists, but doesn't take this kind of request."),
            Self::TooLarge => ("too_large", S::PAYLOAD_TOO_LARGE, "That was too much",
                "What your browser sent is larger than anything this site asks for. If it goes on, delete this site's cookies in your browser."),
            Self::WrongHost => ("wrong_host", S::MISDIRECTED_REQUEST, "This site isn't served under that name",
                "Check the address in your browser."),
            Self::WorkOsUnavailable => ("workos_unavailable", S::SERVICE_UNAVAILABLE, "Signing in isn't possible right now",
                "The service that sends and checks the links doesn't answer as it should. Wait a moment, then try again."),
            Self::MailUnavailable => ("mail_unavailable", S::SERVICE_UNAVAILABLE, "No mail can be sent right now",
                "The mail server of this site doesn't take our mails. Wait a moment, then try again."),
            Self::StoreUnavailable => ("store_unavailable", S::SERVICE_UNAVAILABLE, "We can't look up sessions right now",
                "Whoever is signed in stays so. Wait a moment, then load this page again."),
            Self::Internal => ("internal", S::INTERNAL_SERVER_ERROR, "Something is wrong on our side",
                "It isn't your doing, and whoever runs this site has been told. Try again later."),
        }
    }
}
