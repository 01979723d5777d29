//! The approval of a sign-in by another browser.

use serde::{Deserialize, Serialize};

use super::{PendingCallback, SignInId};
use crate::sealed::Sealed;

/// Lets the requesting browser continue. It waits in the store, sealed.
#[derive(Serialize, Deserialize, derive_more::Debug)]
#[debug("Approval {{ expires_at: {expires_at}, .. }}")]
pub struct Approval {
    /// What to continue with; `None` for our own link, which leads to WorkOS only now.
    #[serde(rename = "arrival")]
    pub callback: Option<PendingCallback>,
    // for own-mail
    /// The hash of our own link's secret, which the store must still have.
    pub secret_hash: Option<String>,
    /// When it expires, in seconds since 1970.
    pub expires_at: i64,
}

impl Sealed for Approval {
    const PURPOSE: &'static str = "approval 1";
}

impl SignInId {
    /// The name in the store of its approval by another browser.
    #[must_use]
    pub fn name_of_approval(&self) -> String {
        format!("approval {}", self.as_str())
    }
}

impl Approval {
    /// By the browser that opened WorkOS's link.
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
