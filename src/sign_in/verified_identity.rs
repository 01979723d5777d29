//! The identity that WorkOS has verified for a sign-in.

use serde::{Deserialize, Serialize};

use super::PendingSignIn;
use super::refusal::Refusal;
use crate::email_address::EmailAddress;
use crate::workos::Profile;

/// A Profile that matches the sign-in that requested it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct VerifiedIdentity {
    /// [`CurrentUser::user_id`](crate::session::CurrentUser::user_id)
    #[serde(rename = "person")]
    pub(crate) user_id: String,
    /// Normalized.
    pub(crate) email: EmailAddress,
    /// With the normalized address.
    pub(crate) profile: Profile,
}

impl VerifiedIdentity {
    /// Creates an identity with the normalized address. An app that uses the address as a key must
    /// not get two users for two spellings.
    pub(super) fn new(
        user_id: String,
        email: EmailAddress,
        profile: Profile,
    ) -> Result<Self, Refusal> {
        if profile.id.is_empty() {
            return Err(Refusal::PROFILE_MISMATCH);
        }
        let profile = Profile { email: email.as_str().to_owned(), ..profile };
        Ok(Self { user_id, email, profile })
    }

    /// Creates the identity for a link or code. The Profile must have the address that was
    /// requested.
    pub(super) fn by_email(
        profile: Profile,
        pending: &PendingSignIn,
        connection_type: &str,
    ) -> Result<Self, Refusal> {
        let email = EmailAddress::parse(&profile.email).map_err(|_| Refusal::PROFILE_MISMATCH)?;
        if email != pending.email || profile.connection_type != connection_type {
            return Err(Refusal::PROFILE_MISMATCH);
        }
        Self::new(email.as_str().to_owned(), email, profile)
    }
}
