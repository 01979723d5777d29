//! Who is signed in, as a parameter of a handler.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::store::{INFO, PERSON, SessionInfo};
use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::sign_in::{Flow, ReturnTo};
use crate::workos::Profile;

const PROFILE: &str = "profile";
const SIGN_IN: &str = "sign_in";

/// The person who is signed in. A handler that takes one is a protected page: without a session the
/// request ends at `/login`, or with 401 for a program.
///
/// `Option<CurrentUser>` is for pages that anyone may read.
#[derive(Debug)]
pub struct CurrentUser {
    /// Who they are, as WorkOS said when they signed in.
    pub profile: Profile,
    /// Their session.
    pub session: SessionInfo,
    /// The sign-in that began the session, and where it led.
    sign_in: (Flow, ReturnTo),
}

impl CurrentUser {
    /// Begins a new session for this person, and ends the one that this browser had.
    ///
    /// A new reference each time: one that was known before the sign-in is worth nothing after it.
    pub(crate) fn begin_session(
        session: &Session,
        person: &EmailAddress,
        profile: &Profile,
        sign_in: (&Flow, &ReturnTo),
    ) -> Result<(), Failure> {
        session.clear();
        session.renew();
        let written = session
            .insert(PERSON, person)
            .and_then(|()| session.insert(PROFILE, profile))
            .and_then(|()| session.insert(SIGN_IN, sign_in));
        written
            .map_err(|error| Failure::internal(format!("a session could not be written: {error}")))
    }

    /// Where this sign-in led, if it is the one that began the session.
    pub(crate) fn led_by(&self, flow: &Flow) -> Option<&ReturnTo> {
        let (began_by, led_to) = &self.sign_in;
        (began_by == flow).then_some(led_to)
    }

    fn of(session: &Session) -> Option<Self> {
        // A value that a newer or older version wrote and this one can't read: nobody is signed in.
        fn value<T: DeserializeOwned>(session: &Session, key: &str) -> Option<T> {
            session.get(key).ok().flatten()
        }
        Some(Self {
            profile: value(session, PROFILE)?,
            session: value(session, INFO)?,
            sign_in: value(session, SIGN_IN)?,
        })
    }
}

impl FromRequest for CurrentUser {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            Self::of(&request.get_session())
                .ok_or_else(|| Failure::refusal(Code::NotSignedIn, "no session")),
        )
    }
}
