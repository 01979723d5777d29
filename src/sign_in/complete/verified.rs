//! Who signed in, as WorkOS says: it must be who asked, by the method that was asked for.

use serde::{Deserialize, Serialize};

use crate::admission::Admission;
use crate::email_address::EmailAddress;
use crate::sign_in::refusal::Refusal;
use crate::sign_in::{PendingSignIn, SignInMethod};
use crate::workos::{Profile, SsoSelector};

/// What the names of people begin with who sign in through an organization; all others are addresses.
const SSO: &str = "sso ";

/// Whether the store knows this person by an organization.
pub(crate) fn is_by_sso(person: &str) -> bool {
    person.starts_with(SSO)
}

/// A Profile that fits the sign-in it was asked for.
#[derive(Serialize, Deserialize)]
pub(crate) struct Verified {
    /// What the store knows its person by.
    pub(crate) person: String,
    /// Theirs, normalized.
    pub(crate) email: EmailAddress,
    pub(crate) profile: Profile,
}

impl Verified {
    /// Verifies that the Profile fits the sign-in.
    pub(crate) fn of(
        admission: &Admission,
        profile: Profile,
        pending: &PendingSignIn,
    ) -> Result<Self, Refusal> {
        if profile.id.is_empty() {
            return Err(Refusal::ProfileMismatch);
        }
        let (person, email) = match pending.method {
            SignInMethod::Link(_) => by_mail(admission, &profile, pending, Profile::MAGIC_LINK),
            SignInMethod::Code => by_mail(admission, &profile, pending, Profile::MAGIC_AUTH),
            SignInMethod::Sso(_) => by_sso(admission, &profile, pending),
        }?;
        // As the app knows it, not as WorkOS spells it: an app that keys on it must not have two users.
        let profile = Profile { email: email.as_str().to_owned(), ..profile };
        Ok(Self { person, email, profile })
    }
}

/// The address that was asked for, and by a mailed link or code. One whose organization signs in
/// by itself doesn't come in past it: the settings may have changed since the mail went.
fn by_mail(
    admission: &Admission,
    profile: &Profile,
    pending: &PendingSignIn,
    connection_type: &str,
) -> Result<(String, EmailAddress), Refusal> {
    let email = EmailAddress::parse(&profile.email).map_err(|_| Refusal::ProfileMismatch)?;
    if email != pending.email || profile.connection_type != connection_type {
        return Err(Refusal::ProfileMismatch);
    }
    if admission.sso_of(email.domain()).is_some() {
        return Err(Refusal::PastSso);
    }
    Ok((email.as_str().to_owned(), email))
}

/// Of the organization or connection that was asked for, and of a domain of its own: the
/// identity provider of one customer must not sign in another's people. Which of its people it
/// is, it decides. They are known by its id for them: addresses change hands.
fn by_sso(
    admission: &Admission,
    profile: &Profile,
    pending: &PendingSignIn,
) -> Result<(String, EmailAddress), Refusal> {
    let asked = admission.sso_of(pending.email.domain()).ok_or(Refusal::SsoMismatch)?;
    let is_of_it = match asked {
        SsoSelector::Organization(id) => profile.organization_id.as_ref() == Some(id),
        SsoSelector::Connection(id) => profile.connection_id == *id,
    };
    let email = EmailAddress::parse(&profile.email).map_err(|_| Refusal::SsoMismatch)?;
    // U+FFFD stands for what could not be read: two IDs that hold it may be of two people.
    let is_whole = |id: &str| !id.is_empty() && !id.contains(char::REPLACEMENT_CHARACTER);
    let is_complete = is_whole(&profile.connection_id) && is_whole(&profile.idp_id);
    if !is_of_it
        || !is_complete
        || profile.connection_type == Profile::MAGIC_LINK
        || admission.sso_of(email.domain()) != Some(asked)
    {
        return Err(Refusal::SsoMismatch);
    }
    let name = format!("{SSO}{} {}", profile.connection_id, profile.idp_id);
    Ok((name, email))
}
