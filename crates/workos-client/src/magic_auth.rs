//! Magic Auth: WorkOS emails a six-digit code and exchanges it for the user.
//! <https://workos.com/docs/reference/authkit/magic-auth>
//! <https://workos.com/docs/reference/authkit/authentication/magic-auth>

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::authentication::add;
use super::metrics::record;
use super::types::or_default;
use super::{Authentication, Client, ClientInfo, WorkOsError};

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
    /// It is correct, but WorkOS requires a further step that this client can't take, such as a
    /// second factor.
    FurtherSteps,
}

/// An email code that a user entered.
pub struct EnteredCode<'a> {
    /// The six digits.
    pub code: &'a str,
    /// The address that the code was emailed to.
    pub email: &'a str,
    /// The ID that [`Client::create_magic_auth`] returned.
    pub radar_auth_attempt_id: Option<&'a str>,
}

impl Client {
    /// Has WorkOS email a code to this address. Returns the ID of Radar's assessment, if Radar is
    /// enabled. Never retried, because a second call would send a second email. The response
    /// contains the code, but this method doesn't read it.
    ///
    /// # Errors
    /// [`WorkOsError`]; see [`WorkOsError::may_depend_on_address`].
    pub async fn create_magic_auth(
        &self,
        email: &str,
        client: &ClientInfo,
    ) -> Result<Option<String>, WorkOsError> {
        let mut body = json!({ "email": email });
        add(&mut body, client);
        let request = self.authorized(Method::POST, "user_management/magic_auth").json(&body);
        let response = async { self.send(request).await?.json::<Created>() };
        Ok(record("create_magic_auth", response).await?.radar_auth_attempt_id)
    }

    /// Exchanges an email code for the user who entered it. Never retried, because a correct code
    /// works only once, even if the response is lost. The response also has tokens for a session at
    /// WorkOS, of which this method reads only claims of the access token.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::code_refusal`] returns whether the code is the reason.
    pub async fn authenticate_with_magic_auth(
        &self,
        entered: &EnteredCode<'_>,
        client: &ClientInfo,
    ) -> Result<Authentication, WorkOsError> {
        let mut body = json!({
            "grant_type": GRANT_TYPE,
            "code": entered.code,
            "email": entered.email,
        });
        if let Some(id) = entered.radar_auth_attempt_id {
            body["radar_auth_attempt_id"] = id.into();
        }
        record("authenticate_with_magic_auth", self.authenticate(body, client)).await
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
            Some(
                "authentication_method_not_allowed"
                | "mfa_enrollment"
                | "organization_authentication_methods_required"
                | "organization_selection_required"
                | "sign_up_not_allowed"
                | "sso_required",
            ) => Some(CodeRefusal::FurtherSteps),
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

/// The response to a creation, without the fields that aren't read.
#[derive(Deserialize)]
struct Created {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(default, deserialize_with = "or_default")]
    radar_auth_attempt_id: Option<String>,
}
