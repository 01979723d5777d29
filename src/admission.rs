//! Who may enter, and what happens when somebody does. **This is the file a fork changes.**

#[cfg(feature = "sso")]
use std::collections::HashMap;

use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::workos::Profile;
#[cfg(feature = "sso")]
use crate::workos::SsoSelector;

/// The rules of this app about who may sign in.
#[derive(Clone, Debug)]
pub struct Admission {
    allowed_email_domains: Vec<String>,
    #[cfg(feature = "sso")]
    sso_domains: HashMap<String, SsoSelector>,
}

impl Admission {
    /// Lets in the addresses of these domains (in ASCII), or of all when there are none.
    // with sso
    /// Those of some domains sign in through the identity provider of their organization only.
    // end sso
    #[must_use]
    pub fn new(
        allowed_email_domains: Vec<String>,
        #[cfg(feature = "sso")] sso_domains: HashMap<String, SsoSelector>,
    ) -> Self {
        Self {
            allowed_email_domains,
            #[cfg(feature = "sso")]
            sso_domains,
        }
    }

    /// Where the people of this domain (in ASCII) sign in, if not by a mailed link.
    #[cfg(feature = "sso")]
    #[must_use]
    pub fn sso_of(&self, domain: &str) -> Option<&SsoSelector> {
        self.sso_domains.get(domain)
    }

    /// Whether this address may ask to sign in. Decided by its domain alone, which is no secret of
    /// a person's; anything finer belongs into [`Admission::on_sign_in`], behind the proof of the
    /// mailbox, or the form would tell strangers who has an account.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`].
    pub fn may_ask(&self, email: &EmailAddress) -> Result<(), Failure> {
        let allowed = &self.allowed_email_domains;
        if allowed.is_empty() || allowed.iter().any(|domain| domain == email.domain()) {
            return Ok(());
        }
        Err(Failure::refusal(
            ErrorKind::NotAllowed,
            "the address is of a domain that may not sign in",
        ))
    }

    /// Called once for each sign-in, when WorkOS has said who it is and before a session begins.
    /// Look the person up, make their account, record the event; refuse with [`ErrorKind::NotAllowed`].
    /// `person` is what they are called from now on, as [`CurrentUser::user_id`](crate::session::CurrentUser::user_id).
    /// The settings are asked once more: they may have changed since the link was mailed.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`], or any other failure: nobody is signed in then.
    #[expect(clippy::unused_async, reason = "a fork will ask its database here")]
    pub async fn on_sign_in(
        &self,
        _person: &str,
        email: &EmailAddress,
        _profile: &Profile,
    ) -> Result<(), Failure> {
        self.may_ask(email)
    }
}
