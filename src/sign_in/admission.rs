//! Who may enter, and what happens when somebody does. **This is the file a fork changes.**

use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::workos::Profile;

/// The rules of this app about who may sign in.
#[derive(Clone, Debug)]
pub struct Admission {
    allowed_email_domains: Vec<String>,
}

impl Admission {
    /// Lets in the addresses of these domains (in ASCII), or of all when there are none.
    #[must_use]
    pub fn new(allowed_email_domains: Vec<String>) -> Self {
        Self { allowed_email_domains }
    }

    /// Whether this address may ask for a link. Decided by its domain alone, which is no secret of
    /// a person's; anything finer belongs into [`Admission::on_sign_in`], behind the proof of the
    /// mailbox, or the form would tell strangers who has an account.
    ///
    /// # Errors
    /// [`Code::NotAllowed`].
    pub fn may_ask(&self, email: &EmailAddress) -> Result<(), Failure> {
        let allowed = &self.allowed_email_domains;
        if allowed.is_empty() || allowed.iter().any(|domain| domain == email.domain()) {
            return Ok(());
        }
        Err(Failure::refusal(Code::NotAllowed, "the address is of a domain that may not sign in"))
    }

    /// Called once for each sign-in, when WorkOS has said who it is and before a session begins.
    /// Look the person up, make their account, record the event; refuse with [`Code::NotAllowed`].
    /// The settings are asked once more: they may have changed since the link was mailed.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], or any other failure: nobody is signed in then.
    #[expect(clippy::unused_async, reason = "a fork will ask its database here")]
    pub async fn on_sign_in(
        &self,
        email: &EmailAddress,
        _profile: &Profile,
    ) -> Result<(), Failure> {
        self.may_ask(email)
    }
}
