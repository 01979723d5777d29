//! The page that cancels a sign-in.

use serde::Serialize;

use crate::sign_in::RequestContext;

/// "Cancel sign-in": the button, or what it did.
#[derive(Serialize)]
pub(crate) struct CancelPage {
    /// `None` once it is done.
    pub(super) token: Option<String>,
    device: String,
    asked_at: i64,
}

template!(CancelPage, "cancel.html");

impl CancelPage {
    pub(crate) fn done(requested: &RequestContext) -> Self {
        Self { token: None, device: requested.device.clone(), asked_at: requested.at }
    }
}
