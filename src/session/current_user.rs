//! Who is signed in, as a parameter of a handler.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{EndReason, NewSession, RevokeScope, SessionFilter, SessionInfo, Store, session_keys};
use crate::admission::UserData;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::sealed::KeyRing;
use crate::sign_in::{ReturnTo, SignInId, sso};
use crate::workos::Profile;

const PROFILE: &str = "profile";
const SIGN_INS: &str = "sign_ins";
const DATA: &str = "user_data";
/// As many as a browser may have under way.
const MAX_SIGN_INS: usize = 3;

/// The user who is signed in. A handler that takes one is a protected page: without a session, or if
/// [`Admission::on_request`](crate::admission::Admission::on_request) ends it, the request ends at
/// `/login`, or with 401 for a program.
///
/// `Option<CurrentUser>` is for pages that anyone may read.
#[derive(Clone, derive_more::Debug)]
#[debug("CurrentUser {{ session: {}, .. }}", session.id)]
pub struct CurrentUser {
    /// Who they are, as WorkOS said when they signed in.
    pub profile: Profile,
    /// What the app keeps of them, as
    /// [`Admission::on_sign_in`](crate::admission::Admission::on_sign_in) returned it.
    pub data: UserData,
    /// Their session.
    pub session: SessionInfo,
    /// Their name for the store: with links and codes the normalized address; with SSO the connection and
    /// their ID at its identity provider.
    pub user_id: String,
    /// What else is kept in their session.
    kept: Session,
}

/// What a session begins with.
pub(crate) struct NewSignIn<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) email: &'a EmailAddress,
    pub(crate) profile: &'a Profile,
    pub(crate) data: &'a UserData,
    /// This sign-in and the earlier ones of the same user in this browser, the newest first, and
    /// where each led.
    pub(crate) sign_ins: Vec<(SignInId, ReturnTo)>,
    /// The browser, in words.
    pub(crate) device: String,
    /// The client's IP address.
    pub(crate) ip: String,
}

impl NewSignIn<'_> {
    /// Begins a session, in place of the one of this reference, and gives its own. A new one each
    /// time: one that was known before the sign-in is worth nothing after it.
    pub(crate) async fn begin(
        mut self,
        store: &Store,
        replaces: Option<&str>,
    ) -> Result<String, Failure> {
        self.sign_ins.truncate(MAX_SIGN_INS);
        let session = NewSession {
            user_id: Some(self.user_id.to_owned()),
            email: Some(self.email.as_str().to_owned()),
            device: self.device,
            ip: self.ip,
            values: json!({ PROFILE: self.profile, SIGN_INS: self.sign_ins, DATA: self.data })
                .to_string(),
        };
        Ok(store.begin(session, replaces).await?)
    }
}

impl CurrentUser {
    /// The last sign-ins of this browser and where each led, the newest first.
    pub(crate) fn sign_ins(&self) -> Vec<(SignInId, ReturnTo)> {
        value(&self.kept, SIGN_INS).unwrap_or_default()
    }

    /// Returns their email address; `None` if a version with other rules for addresses wrote it.
    #[must_use]
    pub fn email(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.profile.email).ok()
    }

    /// Whether this is their address.
    pub(crate) fn has_email(&self, email: &EmailAddress) -> bool {
        self.email().as_ref() == Some(email)
    }

    /// Whether this is the user, perhaps by another method. By email the address says who it is; through
    /// organizations only their own ID does, since addresses change hands.
    pub(crate) fn is(&self, user_id: &str, email: &EmailAddress) -> bool {
        // for sso
        if sso::is_sso_user(&self.user_id) && sso::is_sso_user(user_id) {
            return self.user_id == user_id;
        }
        self.user_id == user_id || self.has_email(email)
    }

    /// Where this sign-in led the browser, if it signed this user in.
    pub(crate) fn destination_of(&self, id: &SignInId) -> Option<ReturnTo> {
        let known = self.sign_ins().into_iter().find(|(known, _)| known == id);
        known.map(|(_, return_to)| return_to)
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

    fn entry(&self, keys: &KeyRing, event: Event) -> Entry {
        let entry = Entry::new(event);
        match self.email() {
            Some(email) => entry.user(keys, &email),
            None => entry,
        }
    }

    fn of(session: &Session) -> Option<Self> {
        Some(Self {
            profile: value(session, PROFILE)?,
            data: data(session)?,
            session: value(session, session_keys::INFO)?,
            user_id: value(session, session_keys::USER_ID)?,
            kept: session.clone(),
        })
    }
}

/// Returns `None` for a value that can't be read because another version wrote it: the user is signed
/// out.
fn value<T: DeserializeOwned>(session: &Session, key: &str) -> Option<T> {
    session.get(key).ok().flatten()
}

/// Returns the default for a session that began before the app kept anything.
fn data(session: &Session) -> Option<UserData> {
    session.get(DATA).ok().map(Option::unwrap_or_default)
}

impl FromRequest for CurrentUser {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user = request.extensions().get::<Self>().cloned();
        ready(user.ok_or_else(|| Failure::new(ErrorKind::NotSignedIn, "no session")))
    }
}

/// Goes inside the session middleware of a resource, and asks the app whether the session may continue.
/// If that fails, so does the request: an `Option<CurrentUser>` must not be `None` then.
pub(crate) async fn admit(
    app: web::Data<App>,
    store: web::Data<Store>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(user) = CurrentUser::of(&request.get_session()) {
        match user.may_continue(&app, &store).await {
            Ok(true) => drop(request.extensions_mut().insert(user)),
            Ok(false) => drop(request.extensions_mut().insert(EndReason::ByOperator)),
            Err(failure) => return Ok(request.error_response(failure)),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

impl CurrentUser {
    /// Ends the session if a rule of the app says so.
    async fn may_continue(&self, app: &App, store: &Store) -> Result<bool, Failure> {
        match app.admission.on_request(self).await {
            Ok(()) => return Ok(true),
            Err(failure) if failure.kind == ErrorKind::NotAllowed => {}
            Err(failure) => return Err(failure),
        }
        let (user, this) = (SessionFilter::User(self.user_id.clone()), self.session.id.clone());
        // Of several requests at the same time, the first one ends it.
        if store.revoke(user, RevokeScope::One(this), EndReason::ByOperator).await? > 0 {
            self.entry(&app.keys, Event::EndedByAdmission).write();
        }
        Ok(false)
    }
}
