//! Who is signed in, as a parameter of a handler.

use std::fmt;
use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::SessionInfo;
use super::store::{ADDRESS, BEGINS, DEVICE, EMAIL, INFO, PERSON};
use crate::audit::{Entry, Event};
use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::sealed::KeyRing;
use crate::sign_in::{Flow, ReturnTo};
use crate::workos::Profile;

const PROFILE: &str = "profile";
const SIGN_INS: &str = "sign_ins";
/// As many as a browser may have under way.
const MAX_SIGN_INS: usize = 3;

/// The person who is signed in. A handler that takes one is a protected page: without a session the
/// request ends at `/login`, or with 401 for a program.
///
/// `Option<CurrentUser>` is for pages that anyone may read.
pub struct CurrentUser {
    /// Who they are, as WorkOS said when they signed in.
    pub profile: Profile,
    /// Their session.
    pub session: SessionInfo,
    /// Their name for the store: for mailed links and codes the normalised address, for SSO the connection and
    /// their id at its identity provider.
    pub person: String,
    /// What else is kept in their session.
    kept: Session,
}

/// A sign-in that has come to its end: what a session begins with.
pub(crate) struct SignedIn<'a> {
    pub(crate) person: &'a str,
    pub(crate) email: &'a EmailAddress,
    pub(crate) profile: &'a Profile,
    pub(crate) flow: &'a Flow,
    pub(crate) return_to: &'a ReturnTo,
    /// The browser, in words.
    pub(crate) device: String,
    /// The network address.
    pub(crate) address: String,
}

impl CurrentUser {
    /// Begins a new session for this person, and ends the one that this browser had.
    ///
    /// A new reference each time: one that was known before the sign-in is worth nothing after it.
    pub(crate) fn begin_session(session: &Session, new: SignedIn<'_>) -> Result<(), Failure> {
        let earlier = sign_ins(session);
        let earlier = earlier.iter().map(|(flow, led_to)| (flow, led_to));
        let sign_ins = std::iter::once((new.flow, new.return_to)).chain(earlier);
        let sign_ins: Vec<_> = sign_ins.take(MAX_SIGN_INS).collect();
        session.clear();
        let written = session
            .insert(BEGINS, true)
            .and_then(|()| session.insert(PERSON, new.person))
            .and_then(|()| session.insert(EMAIL, new.email))
            .and_then(|()| session.insert(DEVICE, new.device))
            .and_then(|()| session.insert(ADDRESS, new.address))
            .and_then(|()| session.insert(PROFILE, new.profile))
            .and_then(|()| session.insert(SIGN_INS, sign_ins));
        written
            .map_err(|error| Failure::internal(format!("a session could not be written: {error}")))
    }

    /// Where this sign-in led, if it is one that signed this browser in.
    pub(crate) fn led_by(&self, flow: &Flow) -> Option<ReturnTo> {
        let led = sign_ins(&self.kept).into_iter().find(|(known, _)| known == flow);
        led.map(|(_, led_to)| led_to)
    }

    /// For the audit: that they end this session, once it has ended.
    pub(crate) fn signs_out(&self, keys: &KeyRing, request: &HttpRequest) {
        self.entry(keys, Event::SignedOut).write_once_saved(request);
    }

    /// For the audit: that they have ended so many other sessions of theirs.
    pub(crate) fn has_ended(&self, keys: &KeyRing, sessions: usize) {
        if sessions > 0 {
            self.entry(keys, Event::Ended).sessions(sessions).write();
        }
    }

    fn entry<'a>(&self, keys: &'a KeyRing, event: Event) -> Entry<'a> {
        let entry = Entry::new(keys, event);
        match EmailAddress::parse(&self.profile.email) {
            Ok(email) => entry.of(&email),
            Err(_) => entry,
        }
    }

    fn of(session: &Session) -> Option<Self> {
        Some(Self {
            profile: value(session, PROFILE)?,
            session: value(session, INFO)?,
            person: value(session, PERSON)?,
            kept: session.clone(),
        })
    }
}

/// The last sign-ins of this browser and where each led, the newest first.
fn sign_ins(session: &Session) -> Vec<(Flow, ReturnTo)> {
    value(session, SIGN_INS).unwrap_or_default()
}

/// A value that a newer or older version wrote and this one can't read is none: nobody is signed
/// in.
fn value<T: DeserializeOwned>(session: &Session, key: &str) -> Option<T> {
    session.get(key).ok().flatten()
}

/// Names the session only: the rest is personal data, and `Debug` ends up in logs.
impl fmt::Debug for CurrentUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurrentUser").field("session", &self.session.id).finish_non_exhaustive()
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
