//! Magic Auth: WorkOS emails a six-digit code and exchanges it for the user.
//! <https://workos.com/docs/reference/authkit/magic-auth>
//! <https://workos.com/docs/reference/authkit/authentication/magic-auth>

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::client::REDEEMING_DEADLINE;
use super::metrics::record;
use super::types::or_default;
use super::{Client, Profile, WorkOsError};

const GRANT_TYPE: &str = "urn:workos:oauth:grant-type:magic-auth:code";

/// Why WorkOS rejected an email code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// It isn't the emailed code.
    Wrong,
    /// It was used, has expired, or was entered wrong too often.
    Expired,
    /// It belongs to another user.
    OtherUser,
    /// It is correct, but WorkOS requires further steps, such as a second factor or the choice of
    /// an organization.
    FurtherSteps,
}

impl Client {
    /// Has WorkOS email a code to this address. Never retried, because a second call would send a
    /// second email. The response contains the code, but this method doesn't read it.
    ///
    /// # Errors
    /// [`WorkOsError`]; see [`WorkOsError::may_depend_on_address`].
    pub async fn create_magic_auth(&self, email: &str) -> Result<(), WorkOsError> {
        let request = self.authorized(Method::POST, "user_management/magic_auth");
        let request = request.json(&json!({ "email": email }));
        let response = async { self.send(request).await?.json::<Created>().map(drop) };
        record("create_magic_auth", response).await
    }

    /// Exchanges an email code for the user who entered it. Never retried, because a correct code
    /// works only once, even if the response is lost. The response also has tokens for a session at
    /// WorkOS, which this method doesn't read.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::code_refusal`] returns whether the code is the reason.
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
        let response =
            async { self.send_within(REDEEMING_DEADLINE, request).await?.json::<Authenticated>() };
        Ok(record("authenticate_with_magic_auth", response).await?.user.into())
    }
}

impl WorkOsError {
    /// Returns why WorkOS rejected the email code, if the code or its user is the reason.
    #[must_use]
    pub fn code_refusal(&self) -> Option<CodeRefusal> {
        let Self::Refused { status, code, .. } = self else { return None };
        match code.as_deref() {
            // Here and below, the second code is that of WorkOS's own emulator.
            Some("invalid_one_time_code" | "invalid_code") => Some(CodeRefusal::Wrong),
            Some(
                "one_time_code_expired"
                | "expired_code"
                | "one_time_code_previously_used"
                | "one_time_code_too_many_attempts",
            ) => Some(CodeRefusal::Expired),
            Some("user_mismatch") => Some(CodeRefusal::OtherUser),
            Some("invalid_client" | "unauthorized_client") => None,
            // New codes may appear. A rejected key has no code.
            Some(_) if *status == StatusCode::FORBIDDEN => Some(CodeRefusal::FurtherSteps),
            _ if self.refuses_only("code") => Some(CodeRefusal::Wrong),
            _ => None,
        }
    }

    /// Returns whether too many codes were emailed to this address. The quota of the whole
    /// environment (`daily_quota_exceeded`) doesn't count.
    #[must_use]
    pub fn is_address_rate_limited(&self) -> bool {
        self.is_rate_limited() && self.code() != Some("daily_quota_exceeded")
    }

    /// Returns whether WorkOS may have rejected this address, but would email a code to another.
    /// Visitors must not see the difference, since it would reveal who has an account.
    #[must_use]
    pub fn may_depend_on_address(&self) -> bool {
        let Self::Refused { status, .. } = self else { return false };
        let is_about_key = self.is_key_refused() && self.code_refusal().is_none();
        // Proxies and firewalls give no reason, regardless of the address.
        let has_reason = self.code().is_some() || self.refuses_only("email");
        status.is_client_error() && has_reason && !is_about_key && !self.is_rate_limited()
    }
}

/// The response to a creation, of which only the ID is read.
#[derive(Deserialize)]
struct Created {
    #[serde(rename = "id")]
    _id: IgnoredAny,
}

/// The response to an authentication, without the fields that aren't read.
#[derive(Deserialize)]
struct Authenticated {
    user: User,
}

/// The user who entered the code.
#[derive(Deserialize)]
struct User {
    /// The ID of the user (`user_…`).
    id: String,
    email: String,
    #[serde(default, deserialize_with = "or_default")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    last_name: Option<String>,
    /// Other fields, such as `email_verified` and `profile_picture_url`.
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Converts to a Profile that is as similar as possible to that of a Magic Link. There is no
/// connection.
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
