//! The approval of a sign-in by another browser.

use serde::{Deserialize, Serialize};

use super::{PendingCallback, SignInId};
use crate::sealed::Sealed;

/// Allows the requesting browser to continue. It is sealed and kept in the store.
#[derive(Serialize, Deserialize, derive_more::Debug)]
#[debug("Approval {{ expires_at: {expires_at}, .. }}")]
pub struct Approval {
    /// The callback to continue with. `None` for the app's own link, which redirects to WorkOS only
    /// after the approval.
    #[serde(rename = "arrival")]
    pub callback: Option<PendingCallback>,
    // for own-mail
    /// The hash of the secret in the app's own link, which must still be in the store.
    pub secret_hash: Option<String>,
    /// When it expires, in seconds since 1970.
    pub expires_at: i64,
}

impl Sealed for Approval {
    const PURPOSE: &'static str = "approval 1";
}

impl SignInId {
    /// Returns the store's key for the approval by another browser.
    #[must_use]
    pub fn approval_key(&self) -> String {
        format!("approval {}", self.as_str())
    }
}

impl Approval {
    /// Creates an approval by the browser that opened WorkOS's link.
    #[must_use]
    pub fn with(callback: PendingCallback) -> Self {
        Self {
            expires_at: callback.expires_at,
            callback: Some(callback),
            // for own-mail
            secret_hash: None,
        }
    }
}
