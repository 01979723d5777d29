//! The page that cancels a sign-in.

use serde::Serialize;

use crate::sign_in::RequestContext;

/// Asks to confirm "Cancel sign-in", or says that the sign-in was canceled.
#[derive(Serialize)]
pub(crate) struct CancelPage {
    /// The token of the link. `None` once the sign-in is canceled.
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
