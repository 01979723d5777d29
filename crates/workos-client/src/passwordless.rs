//! Passwordless sessions: creating them, and emailing their links.
//! <https://workos.com/docs/reference/magic-link/passwordless-session>

use std::fmt;
use std::time::Duration;

use percent_encoding::utf8_percent_encode;
use reqwest::Method;
use serde::de::IgnoredAny;
use serde_json::json;

use super::client::SEGMENT;
use super::metrics::record;
use super::{Client, PasswordlessSession, WorkOsError};

/// The parameters of a passwordless session.
pub struct CreatePasswordlessSession<'a> {
    /// The email address of the user.
    pub email: &'a str,
    /// The URI that WorkOS redirects to. It must be registered in the WorkOS dashboard.
    pub redirect_uri: &'a str,
    /// Passed unchanged to the redirect URI.
    pub state: &'a str,
    /// The lifetime of the link, from 15 minutes to 24 hours.
    pub expires_in: Duration,
}

impl Client {
    /// Creates a passwordless session. Sends no email, so it is retried once if the connection was
    /// closed before a response.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::refuses_only`]`("email")` if WorkOS rejects the address.
    pub async fn create_passwordless_session(
        &self,
        session: CreatePasswordlessSession<'_>,
    ) -> Result<PasswordlessSession, WorkOsError> {
        let body = json!({
            "email": session.email,
            "type": "MagicLink",
            "redirect_uri": session.redirect_uri,
            "state": session.state,
            "expires_in": session.expires_in.as_secs(),
        });
        let request = self.authorized(Method::POST, "passwordless/sessions").json(&body);
        let response = async { self.send_repeatable(request).await?.json() };
        record("create_passwordless_session", response).await
    }

    /// Has WorkOS email the link of this session. Never retried, because a second call would send a
    /// second email.
    ///
    /// # Errors
    /// [`WorkOsError`]. An unknown or expired session is rejected with 422.
    pub async fn send_passwordless_session(&self, session_id: &str) -> Result<(), WorkOsError> {
        let id = utf8_percent_encode(session_id, SEGMENT);
        let request = self.authorized(Method::POST, &format!("passwordless/sessions/{id}/send"));
        let response = async {
            let response = self.send(request).await?;
            // The body isn't needed and may be empty, but an HTML page doesn't come from WorkOS.
            if response.is_empty() { Ok(()) } else { response.json::<IgnoredAny>().map(drop) }
        };
        record("send_passwordless_session", response).await
    }
}

/// Hides the address and the state.
impl fmt::Debug for CreatePasswordlessSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatePasswordlessSession")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
