//! Passwordless sessions: create one, and have WorkOS email its link.
//! <https://workos.com/docs/reference/magic-link/passwordless-session>

use std::fmt;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde::de::IgnoredAny;
use serde_json::json;

use super::metrics::record;
use super::{Client, PasswordlessSession, WorkOsError};

/// The parameters of a passwordless session.
pub struct CreatePasswordlessSession<'a> {
    /// The email address of the user.
    pub email: &'a str,
    /// Where WorkOS redirects to; must be registered in the WorkOS dashboard.
    pub redirect_uri: &'a str,
    /// Passed to the redirect URI unchanged.
    pub state: &'a str,
    /// The lifetime of the link: 15 minutes to 24 hours.
    pub expires_in: Duration,
}

impl Client {
    /// Creates a passwordless session. This sends no email, so it is repeated once if the connection
    /// was closed before a response came.
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

    /// Has WorkOS email the link of this session. Never retried, since a second call sends a second
    /// email.
    ///
    /// # Errors
    /// [`WorkOsError`]; an unknown or expired session is refused with 422.
    pub async fn send_passwordless_session(&self, session_id: &str) -> Result<(), WorkOsError> {
        let id = utf8_percent_encode(session_id, NON_ALPHANUMERIC);
        let request = self.authorized(Method::POST, &format!("passwordless/sessions/{id}/send"));
        let response = async {
            let response = self.send(request).await?;
            // The body is of no use and may be empty, but a page of HTML is not from WorkOS.
            if response.is_empty() { Ok(()) } else { response.json::<IgnoredAny>().map(drop) }
        };
        record("send_passwordless_session", response).await
    }
}

/// Shows neither address nor state.
impl fmt::Debug for CreatePasswordlessSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatePasswordlessSession")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
