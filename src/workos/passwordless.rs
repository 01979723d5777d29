//! The passwordless session: create it, and have WorkOS mail its link.
//! <https://workos.com/docs/reference/magic-link/passwordless-session>

use std::fmt;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde::de::IgnoredAny;
use serde_json::json;

use super::measured::measured;
use super::{Client, PasswordlessSession, WorkOsError};

/// What a passwordless session is made of.
pub struct CreatePasswordlessSession<'a> {
    /// Whom to sign in.
    pub email: &'a str,
    /// Where the link leads in the end; one of those registered in the WorkOS dashboard.
    pub redirect_uri: &'a str,
    /// Comes back to the redirect URI unchanged.
    pub state: &'a str,
    /// How long the link works: 15 minutes to 24 hours.
    pub expires_in: Duration,
}

impl Client {
    /// Creates a passwordless session. This sends no email, so it is repeated once if a connection
    /// was closed before the answer.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::refuses_only`]`("email")` when the address is at fault.
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
        let answered = async { self.send_repeatable(request).await?.read() };
        measured("create_passwordless_session", answered).await
    }

    /// Has WorkOS mail the link of this session. Sent once, never retried: a second call is a
    /// second mail.
    ///
    /// # Errors
    /// [`WorkOsError`]; a session that is unknown or has expired is refused with 422.
    pub async fn send_passwordless_session(&self, session_id: &str) -> Result<(), WorkOsError> {
        let id = utf8_percent_encode(session_id, NON_ALPHANUMERIC);
        let request = self.authorized(Method::POST, &format!("passwordless/sessions/{id}/send"));
        let answered = async {
            let answer = self.send(request).await?;
            // What it says is of no use, and some have seen nothing said; but a page of HTML comes
            // from something that isn't WorkOS.
            if answer.is_empty() { Ok(()) } else { answer.read::<IgnoredAny>().map(drop) }
        };
        measured("send_passwordless_session", answered).await
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
