//! Who signed in, as WorkOS says: it must be who asked, by the way that was asked for.

use super::refusal::Refusal;
use crate::admission::Admission;
use crate::email_address::EmailAddress;
use crate::sign_in::{PendingSignIn, Way};
use crate::workos::{Profile, SsoSelector};

/// Somebody who may begin a session.
pub(in crate::routes) struct Person {
    /// What the store knows them by.
    pub(in crate::routes) name: String,
    pub(in crate::routes) email: EmailAddress,
}

impl Person {
    /// The person of this Profile, if it fits the sign-in.
    pub(in crate::routes) fn of(
        admission: &Admission,
        profile: &Profile,
        pending: &PendingSignIn,
    ) -> Result<Self, Refusal> {
        if profile.id.is_empty() {
            return Err(Refusal::ProfileMismatch);
        }
        match pending.way {
            Way::Link(_) => Self::by_mail(admission, profile, pending, Profile::MAGIC_LINK),
            Way::Code => Self::by_mail(admission, profile, pending, Profile::MAGIC_AUTH),
            Way::Sso(_) => Self::by_sso(admission, profile, pending),
        }
    }

    /// The address that was asked for, and by a mailed link or code. One whose organization signs in
    /// by itself doesn't come in past it: the settings may have changed since the mail went.
    fn by_mail(
        admission: &Admission,
        profile: &Profile,
        pending: &PendingSignIn,
        connection_type: &str,
    ) -> Result<Self, Refusal> {
        let email = EmailAddress::parse(&profile.email).map_err(|_| Refusal::ProfileMismatch)?;
        if email != pending.email || profile.connection_type != connection_type {
            return Err(Refusal::ProfileMismatch);
        }
        if admission.sso_of(email.domain()).is_some() {
            return Err(Refusal::PastSso);
        }
        Ok(Self { name: email.as_str().to_owned(), email })
    }

    /// Of the organization or connection that was asked for, and of a domain of its own: the
    /// identity provider of one customer must not sign in another's people. Which of its people it
    /// is, it decides. They are known by its id for them: addresses change hands.
    fn by_sso(
        admission: &Admission,
        profile: &Profile,
        pending: &PendingSignIn,
    ) -> Result<Self, Refusal> {
        let asked = admission.sso_of(pending.email.domain()).ok_or(Refusal::SsoMismatch)?;
        let is_of_it = match asked {
            SsoSelector::Organization(id) => profile.organization_id.as_ref() == Some(id),
            SsoSelector::Connection(id) => profile.connection_id == *id,
        };
        let email = EmailAddress::parse(&profile.email).map_err(|_| Refusal::SsoMismatch)?;
        let is_complete = !profile.connection_id.is_empty() && !profile.idp_id.is_empty();
        if !is_of_it
            || !is_complete
            || profile.connection_type == Profile::MAGIC_LINK
            || admission.sso_of(email.domain()) != Some(asked)
        {
            return Err(Refusal::SsoMismatch);
        }
        let name = format!("sso {} {}", profile.connection_id, profile.idp_id);
        Ok(Self { name, email })
    }
}
