//! Magic Auth: WorkOS mails a six-digit code, and says who it is that types it.
//! <https://workos.com/docs/reference/authkit/magic-auth>
//! <https://workos.com/docs/reference/authkit/authentication/magic-auth>

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::client::REDEEMING_DEADLINE;
use super::measured::measured;
use super::types::or_default;
use super::{Client, Profile, WorkOsError};

const GRANT_TYPE: &str = "urn:workos:oauth:grant-type:magic-auth:code";

/// Why a code signs nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// It isn't the one that was mailed.
    Wrong,
    /// It was, and is worth nothing any more: used, too old, or tried wrong too often.
    Spent,
    /// It is somebody else's.
    OfAnother,
    /// It was right, and WorkOS wants more of this person: a second factor, say, or the choice of an
    /// organization.
    FurtherSteps,
}

impl Client {
    /// Has WorkOS mail a code to this address. Sent once, never retried: a second call is a second
    /// mail. The answer has the code in it, which nobody but the mailbox must get: it isn't read.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::may_hang_on_address`] where it may be the address's fault.
    pub async fn create_magic_auth(&self, email: &str) -> Result<(), WorkOsError> {
        let request = self.authorized(Method::POST, "user_management/magic_auth");
        let request = request.json(&json!({ "email": email }));
        let answered = async { self.send(request).await?.read::<Created>().map(drop) };
        measured("create_magic_auth", answered).await
    }

    /// Exchanges a code for who typed it. Sent once, never retried: the code is spent by the first
    /// call that it is right in, even one whose answer is lost. The tokens in the answer, of a
    /// session that WorkOS would keep, aren't read.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::code_refusal`] says whether it is the code's fault.
    pub async fn authenticate_with_magic_auth(
        &self,
        code: &str,
        email: &str,
    ) -> Result<Profile, WorkOsError> {
        let body = json!({
            "client_id": self.credentials.client_id,
            "client_secret": self.credentials.api_key.expose_secret(),
            "grant_type": GRANT_TYPE,
            "code": code,
            "email": email,
        });
        let request = self.request(Method::POST, "user_management/authenticate").json(&body);
        let answered =
            async { self.send_within(REDEEMING_DEADLINE, request).await?.read::<Authenticated>() };
        let answered = measured("authenticate_with_magic_auth", answered).await?;
        Ok(answered.user.into())
    }
}

impl WorkOsError {
    /// Why the code signs nobody in, if it is the code's fault or its person's.
    #[must_use]
    pub fn code_refusal(&self) -> Option<CodeRefusal> {
        let Self::Refused { status, code, .. } = self else { return None };
        match code.as_deref() {
            // The second, here and below, is what WorkOS's own emulator says.
            Some("invalid_one_time_code" | "invalid_code") => Some(CodeRefusal::Wrong),
            Some(
                "one_time_code_expired"
                | "expired_code"
                | "one_time_code_previously_used"
                | "one_time_code_too_many_attempts",
            ) => Some(CodeRefusal::Spent),
            Some("user_mismatch") => Some(CodeRefusal::OfAnother),
            Some("invalid_client" | "unauthorized_client") => None,
            // New ones appear; a refused key has none.
            Some(_) if *status == StatusCode::FORBIDDEN => Some(CodeRefusal::FurtherSteps),
            _ if self.refuses_only("code") => Some(CodeRefusal::Wrong),
            _ => None,
        }
    }

    /// Whether so many codes were mailed to this address that no other is for a while. What WorkOS
    /// has too much of altogether (`daily_quota_exceeded`) is another thing.
    #[must_use]
    pub fn is_short_of_mails(&self) -> bool {
        self.is_rate_limited() && self.code() != Some("daily_quota_exceeded")
    }

    /// Whether a code may have been refused to this address, where another would have got one: who
    /// asks must not see the difference.
    #[must_use]
    pub fn may_hang_on_address(&self) -> bool {
        let Self::Refused { status, .. } = self else { return false };
        let is_of_the_key = self.is_key_refused() && self.code_refusal().is_none();
        // Something that isn't WorkOS names no reason, whatever the address.
        let has_reason = self.code().is_some() || self.refuses_only("email");
        status.is_client_error() && has_reason && !is_of_the_key && !self.is_rate_limited()
    }
}

/// What is read of a creation: that there was one.
#[derive(Deserialize)]
struct Created {
    #[serde(rename = "id")]
    _id: IgnoredAny,
}

/// What is read of an authentication: who it is.
#[derive(Deserialize)]
struct Authenticated {
    user: User,
}

/// Who typed the code, as WorkOS knows them.
#[derive(Deserialize)]
struct User {
    /// `user_…`
    id: String,
    email: String,
    #[serde(default, deserialize_with = "or_default")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    last_name: Option<String>,
    /// Whatever else WorkOS knows: `email_verified`, `profile_picture_url`, …
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// The same person as a sign-in by link tells of, as far as that goes: there is no connection.
impl From<User> for Profile {
    fn from(user: User) -> Self {
        let names = [&user.first_name, &user.last_name];
        let name = names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let User { id, email, first_name, last_name, more } = user;
        Self {
            idp_id: email.clone(),
            id,
            email,
            connection_id: String::new(),
            connection_type: Self::MAGIC_AUTH.to_owned(),
            organization_id: None,
            name: Some(name).filter(|name| !name.is_empty()),
            first_name,
            last_name,
            role: None,
            groups: Vec::new(),
            custom_attributes: Map::new(),
            raw_attributes: more,
        }
    }
}
