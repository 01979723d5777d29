//! The signed-in user, as an extractor parameter.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    EndReason, Lifetimes, NewSession, RevokeScope, SessionFilter, SessionInfo, Store, session_keys,
};
use crate::admission::UserData;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::sealed::KeyRing;
use crate::sign_in::start::method_for;
use crate::sign_in::{MAX_PER_BROWSER, ReturnTo, SessionMethod, SignInId, SignInMethod, sso};
use crate::workos::Profile;

const PROFILE: &str = "profile";
const SIGN_INS: &str = "sign_ins";
const DATA: &str = "user_data";
const AUTHENTICATED_AT: &str = "authenticated_at";

/// The signed-in user. A handler with this parameter is a protected page. If there is no session,
/// or [`Admission::on_request`](crate::admission::Admission::on_request) ends it, a browser is
/// redirected to `/login`, and an API client gets 401.
///
/// Use `Option<CurrentUser>` for pages that don't require a session.
#[derive(Clone, derive_more::Debug)]
#[debug("CurrentUser {{ session: {}, .. }}", session.id)]
pub struct CurrentUser {
    /// The user's Profile, as WorkOS returned it at sign-in.
    pub profile: Profile,
    /// What the app stores about the user, as returned by
    /// [`Admission::on_sign_in`](crate::admission::Admission::on_sign_in).
    pub data: UserData,
    /// The current session.
    pub session: SessionInfo,
    /// The user's ID in the session store. With links and codes, this is the normalized email
    /// address. With SSO, it consists of the connection ID and the user's ID at the identity
    /// provider.
    pub user_id: String,
    /// The other values of the session.
    kept: Session,
}

/// The values of a new session.
pub(crate) struct NewSignIn<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) email: &'a EmailAddress,
    pub(crate) profile: &'a Profile,
    pub(crate) data: &'a UserData,
    /// This sign-in and earlier ones of the same user in this browser, the newest first, each with
    /// its destination.
    pub(crate) sign_ins: Vec<(SignInId, ReturnTo)>,
    /// The name of the browser, such as `Firefox on Linux`.
    pub(crate) device: String,
    /// The client's IP address.
    pub(crate) ip: String,
    pub(crate) method: SessionMethod,
    /// The lifetimes, where they are shorter than those of all sessions.
    pub(crate) lifetimes: Lifetimes,
    /// Whether it lasts only until the browser is closed.
    pub(crate) is_temporary: bool,
    /// When the user signed in, in seconds since 1970.
    pub(crate) at: i64,
    /// The ID of the user's session in this browser, if it continues.
    pub(crate) continues: Option<String>,
}

impl NewSignIn<'_> {
    /// Begins a session and returns its reference. It replaces the session with the reference
    /// `replaces`, or continues it: its ID, its start and its end then remain. The reference is
    /// always new, to prevent session fixation.
    pub(crate) async fn begin(
        mut self,
        store: &Store,
        replaces: Option<&str>,
    ) -> Result<String, Failure> {
        self.sign_ins.truncate(MAX_PER_BROWSER);
        let values = json!({
            PROFILE: self.profile,
            SIGN_INS: self.sign_ins,
            DATA: self.data,
            AUTHENTICATED_AT: self.at,
        });
        if let (Some(id), Some(reference), Value::Object(changes)) =
            (&self.continues, replaces, &values)
        {
            if let Some(reference) = store.renew(reference, changes.clone()).await? {
                return Ok(reference);
            }
            let theirs = store.list(&SessionFilter::User(self.user_id.to_owned())).await?;
            if !theirs.iter().any(|session| session.id == *id) {
                let why = "the session ended while the user confirmed";
                return Err(Failure::new(ErrorKind::NothingPending, why));
            }
            // Another confirmation has just given it a reference that this one doesn't know.
        }
        let session = NewSession {
            user_id: Some(self.user_id.to_owned()),
            email: Some(self.email.as_str().to_owned()),
            device: self.device,
            ip: self.ip,
            method: self.method.name().to_owned(),
            lifetimes: self.lifetimes,
            is_temporary: self.is_temporary,
            values: values.to_string(),
        };
        Ok(store.begin(session, replaces).await?)
    }
}

impl CurrentUser {
    /// Returns the last sign-ins of this browser, the newest first, each with its destination.
    pub(crate) fn sign_ins(&self) -> Vec<(SignInId, ReturnTo)> {
        value(&self.kept, SIGN_INS).unwrap_or_default()
    }

    /// Returns when the user last signed in or confirmed that it's them, in seconds since 1970.
    #[must_use]
    pub fn authenticated_at(&self) -> i64 {
        value(&self.kept, AUTHENTICATED_AT).unwrap_or(self.session.created_at)
    }

    /// Returns how the user signed in.
    #[must_use]
    pub fn method(&self) -> SessionMethod {
        // Sessions that began before it was stored.
        let earlier = match self.profile.connection_type.as_str() {
            Profile::MAGIC_AUTH => SessionMethod::Code,
            _ => SessionMethod::Link,
        };
        // for sso
        let earlier = if sso::is_sso_user(&self.user_id) { SessionMethod::Sso } else { earlier };
        SessionMethod::from_name(&self.session.method).unwrap_or(earlier)
    }

    /// Returns the method by which the user confirms that it's them.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] if the stored address is no longer valid.
    pub(crate) fn method_to_confirm(&self, app: &App) -> Result<SignInMethod, Failure> {
        method_for(app, &self.valid_email()?, Some(self))
    }

    /// Returns the user's email address. `None` if the stored address is no longer valid under the
    /// current rules.
    #[must_use]
    pub fn email(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.profile.email).ok()
    }

    /// Returns the user's email address.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] if the stored address is no longer valid.
    pub(crate) fn valid_email(&self) -> Result<EmailAddress, Failure> {
        let unreadable = || Failure::new(ErrorKind::NotAllowed, "session email is unreadable");
        self.email().ok_or_else(unreadable)
    }

    /// Returns whether this is the user's email address.
    pub(crate) fn has_email(&self, email: &EmailAddress) -> bool {
        self.email().as_ref() == Some(email)
    }

    /// Returns whether this is the same user, perhaps by another method. The email address decides,
    /// unless both signed in through SSO. Then only the user ID does, since an organization can
    /// reassign addresses.
    pub(crate) fn is_same_user(&self, user_id: &str, email: &EmailAddress) -> bool {
        // for sso
        if sso::is_sso_user(&self.user_id) && sso::is_sso_user(user_id) {
            return self.user_id == user_id;
        }
        self.user_id == user_id || self.has_email(email)
    }

    /// Returns the destination of this sign-in, if it signed this user in.
    pub(crate) fn destination_of(&self, id: &SignInId) -> Option<ReturnTo> {
        let known = self.sign_ins().into_iter().find(|(known, _)| known == id);
        known.map(|(_, return_to)| return_to)
    }

    /// Writes an audit entry once the current session has ended.
    pub(crate) fn audit_sign_out(&self, keys: &KeyRing, request: &HttpRequest) {
        self.entry(keys, Event::SignedOut).defer_until_saved(request);
    }

    /// Writes an audit entry with the number of other sessions that the user revoked.
    pub(crate) fn audit_revocation(&self, keys: &KeyRing, sessions: usize) {
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

    fn from_session(session: &Session) -> Option<Self> {
        Some(Self {
            profile: value(session, PROFILE)?,
            data: data(session)?,
            session: value(session, session_keys::INFO)?,
            user_id: value(session, session_keys::USER_ID)?,
            kept: session.clone(),
        })
    }
}

/// Returns a value of the session. `None` if it is missing or was written in another format by
/// another version, which signs the user out.
fn value<T: DeserializeOwned>(session: &Session, key: &str) -> Option<T> {
    session.get(key).ok().flatten()
}

/// Returns the app's data. Sessions that began before the app stored any get the default.
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

/// Runs inside the session middleware, and checks whether the session may continue. If the check
/// fails, so does the request: to continue without the user would treat them as signed out.
pub(crate) async fn admit(
    app: web::Data<App>,
    store: web::Data<Store>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(user) = CurrentUser::from_session(&request.get_session()) {
        match user.may_continue(&app, &store).await {
            Ok(true) => drop(request.extensions_mut().insert(user)),
            Ok(false) => drop(request.extensions_mut().insert(EndReason::ByOperator)),
            Err(failure) => return Ok(request.error_response(failure)),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

impl CurrentUser {
    /// Returns whether the session may continue. Ends it if
    /// [`Admission::on_request`](crate::admission::Admission::on_request) doesn't allow the user.
    async fn may_continue(&self, app: &App, store: &Store) -> Result<bool, Failure> {
        match app.admission.on_request(self).await {
            Ok(()) => return Ok(true),
            Err(failure) if failure.kind == ErrorKind::NotAllowed => {}
            Err(failure) => return Err(failure),
        }
        let (user, this) = (SessionFilter::User(self.user_id.clone()), self.session.id.clone());
        // Only the first of several concurrent requests revokes the session.
        if store.revoke(user, RevokeScope::One(this), EndReason::ByOperator).await? > 0 {
            self.entry(&app.keys, Event::EndedByAdmission).write();
        }
        Ok(false)
    }
}
