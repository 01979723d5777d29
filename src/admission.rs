//! Who may sign in, what the app stores about a user in the session, and who stays signed in. **This is
//! the file that a fork edits first.**

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;
use crate::workos::Profile;

/// What the app stores about a user in their session, as [`CurrentUser::data`]. Add a role, a plan
/// or a tenant here. [`Admission::on_sign_in`] returns it.
///
/// If a field is missing because the session began before the field was added, it gets its value
/// from `Default`. Choose the default with the fewest rights. A session whose value can't be
/// deserialized is signed out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UserData {}

/// The rules about who may sign in.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The email domains, in ASCII, that may sign in. If empty, all domains may.
    pub allowed_email_domains: Vec<String>,
}

impl Admission {
    /// Checks whether this address may request a sign-in. Decide by the domain only: the response
    /// is visible to anyone, so a check of the address itself would reveal who has an account. Put
    /// such checks in [`Admission::on_sign_in`], which runs after the mailbox has been verified.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`].
    pub fn may_request(&self, email: &EmailAddress) -> Result<(), Failure> {
        let allowed = &self.allowed_email_domains;
        if allowed.is_empty() || allowed.iter().any(|domain| domain == email.domain()) {
            return Ok(());
        }
        Err(Failure::new(ErrorKind::NotAllowed, "the email domain is not allowed to sign in"))
    }

    /// Called once for each sign-in, after WorkOS has identified the user and before the session
    /// begins. Look the user up or create them, and return what to store in the session. `user_id`
    /// becomes [`CurrentUser::user_id`]. The domain is checked again, because the settings may have
    /// changed since the email was sent.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], or any other failure. The user is then not signed in.
    #[expect(clippy::unused_async, reason = "a fork queries its database here")]
    pub async fn on_sign_in(
        &self,
        _user_id: &str,
        email: &EmailAddress,
        _profile: &Profile,
    ) -> Result<UserData, Failure> {
        self.may_request(email)?;
        Ok(UserData {})
    }

    /// Called before the handler, on each request of a signed-in user to a route that uses the
    /// session. Check here what must take effect immediately, such as a ban. By default, the user's
    /// domain must still be in `ALLOWED_EMAIL_DOMAINS`.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] ends the session. Any other failure ends only the request.
    #[expect(clippy::unused_async, reason = "a fork queries its database here")]
    pub async fn on_request(&self, user: &CurrentUser) -> Result<(), Failure> {
        if self.allowed_email_domains.is_empty() {
            return Ok(());
        }
        self.may_request(&user.valid_email()?)
    }
}
