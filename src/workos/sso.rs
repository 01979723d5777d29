//! The authorization code and what it is worth.
//! <https://workos.com/docs/reference/sso/profile/get-profile-and-token>

use reqwest::Method;
use secrecy::ExposeSecret;

use super::{Client, ProfileAndToken, WorkOsError};

impl Client {
    /// Exchanges the authorization code for the Profile. Sent once, never retried: the code is
    /// spent by the first call, even one whose answer is lost.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::is_expired_code`] when the code is spent or too old.
    pub async fn exchange_code(&self, code: &str) -> Result<ProfileAndToken, WorkOsError> {
        let form = [
            ("client_id", self.credentials.client_id.as_str()),
            ("client_secret", self.credentials.api_key.expose_secret()),
            ("grant_type", "authorization_code"),
            ("code", code),
        ];
        let answer = self.send(self.request(Method::POST, "sso/token").form(&form)).await?;
        answer.read()
    }
}
