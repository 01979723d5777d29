//! Who may sign in, what the app stores about a user in the session, and who stays signed in. **This is
//! the file that a fork edits first.**

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;
use crate::workos::Profile;

/// What the app keeps of a user in their session, as [`CurrentUser::data`]: add a role, a plan, a
/// tenant. [`Admission::on_sign_in`] returns it.
///
/// A field that a session doesn't have yet, because it began before the field was added, gets its
/// value from `Default`: make that the value with the fewest rights. A value that can't be read signs
/// the user out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UserData {}

/// The rules of this app about who may sign in.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Domains (in ASCII) whose addresses may sign in. Empty: every domain may.
    pub allowed_email_domains: Vec<String>,
}

impl Admission {
    /// Checks whether this address may request a sign-in. Decide by the domain only, which is not a
    /// secret. Anything finer belongs in [`Admission::on_sign_in`], after the mailbox has been
    /// verified; here it would reveal who has an account.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`].
    pub fn may_ask(&self, email: &EmailAddress) -> Result<(), Failure> {
        let allowed = &self.allowed_email_domains;
        if allowed.is_empty() || allowed.iter().any(|domain| domain == email.domain()) {
            return Ok(());
        }
        Err(Failure::new(ErrorKind::NotAllowed, "the email domain is not allowed to sign in"))
    }

    /// Called once for each sign-in, after WorkOS has identified the user and before a session begins.
    /// Look the user up or create them, record the event, and return what to keep in the session.
    /// `user_id` becomes [`CurrentUser::user_id`]. The domain is checked again: the settings may have
    /// changed since the email was sent.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], or any other failure. The user isn't signed in then.
    #[expect(clippy::unused_async, reason = "a fork queries its database here")]
    pub async fn on_sign_in(
        &self,
        _user_id: &str,
        email: &EmailAddress,
        _profile: &Profile,
    ) -> Result<UserData, Failure> {
        self.may_ask(email)?;
        Ok(UserData {})
    }

    /// Called before the handler, for each request of a signed-in user to a route that uses the
    /// session. Check here what must take effect at once, such as a ban. By default, the user's domain
    /// must still be in `ALLOWED_EMAIL_DOMAINS`.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] ends the session. Any other failure ends only the request.
    #[expect(clippy::unused_async, reason = "a fork queries its database here")]
    pub async fn on_request(&self, user: &CurrentUser) -> Result<(), Failure> {
        if self.allowed_email_domains.is_empty() {
            return Ok(());
        }
        let unreadable = || Failure::new(ErrorKind::NotAllowed, "session email is unreadable");
        self.may_ask(&user.email().ok_or_else(unreadable)?)
    }
}
