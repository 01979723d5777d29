//! Authenticating the user who entered an email code. WorkOS may first require the choice of an
//! organization, or SSO.
//! <https://workos.com/docs/reference/authkit/authentication>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::client::{REDEEMING_DEADLINE, Response};
use super::metrics::record;
use super::types::or_default;
use super::{Client, Profile, Role, WorkOsError};

const ORGANIZATION_SELECTION: &str = "urn:workos:oauth:grant-type:organization-selection";

/// The visitor's browser, as WorkOS's fraud detection (Radar) sees it.
#[derive(Clone, Default)]
pub struct ClientInfo {
    /// The IP address.
    pub ip_address: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
}

/// WorkOS's response to correct credentials.
pub enum Authentication {
    /// The user is authenticated.
    Complete(Box<Profile>),
    /// The user is a member of several organizations and has to choose one.
    OrganizationSelection(OrganizationSelection),
    /// The user has to sign in through one of these SSO connections (`conn_…`).
    SsoRequired(Vec<String>),
}

/// An authentication that waits for the choice of an organization.
#[derive(Deserialize)]
pub struct OrganizationSelection {
    /// A secret that stands for the authentication.
    pub pending_authentication_token: SecretString,
    /// The organizations to choose from. Not empty.
    pub organizations: Vec<Organization>,
}

/// An organization that the user is a member of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// The ID (`org_…`).
    pub id: String,
    /// The name, for the user. It may be empty.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

impl Client {
    /// Completes an authentication in the organization that the user has chosen. Never retried,
    /// because the token works once.
    ///
    /// # Errors
    /// [`WorkOsError`]. [`WorkOsError::is_expired_selection`] is true if the token was used or has
    /// expired.
    pub async fn authenticate_with_organization_selection(
        &self,
        pending_authentication_token: &str,
        organization_id: &str,
        client: &ClientInfo,
    ) -> Result<Authentication, WorkOsError> {
        let body = json!({
            "grant_type": ORGANIZATION_SELECTION,
            "pending_authentication_token": pending_authentication_token,
            "organization_id": organization_id,
        });
        let response = self.authenticate(body, client);
        record("authenticate_with_organization_selection", response).await
    }

    pub(super) async fn authenticate(
        &self,
        mut body: Value,
        client: &ClientInfo,
    ) -> Result<Authentication, WorkOsError> {
        body["client_id"] = self.credentials.client_id.as_str().into();
        body["client_secret"] = self.credentials.api_key.expose_secret().into();
        add(&mut body, client);
        let request = self.request(Method::POST, "user_management/authenticate").json(&body);
        let response = self.receive_within(REDEEMING_DEADLINE, request).await?;
        if let Some(step) = further_step(&response) {
            return Ok(step);
        }
        let authenticated: Authenticated = response.accept()?.json()?;
        Ok(Authentication::Complete(Box::new(authenticated.into())))
    }
}

impl WorkOsError {
    /// Returns whether the choice of an organization came too late, or was made before.
    #[must_use]
    pub fn is_expired_selection(&self) -> bool {
        self.code() == Some("invalid_pending_authentication_token")
    }
}

/// Adds what is known of the visitor to a request.
pub(super) fn add(body: &mut Value, client: &ClientInfo) {
    let known = [("ip_address", &client.ip_address), ("user_agent", &client.user_agent)];
    for (name, value) in known {
        if let Some(value) = value {
            body[name] = value.as_str().into();
        }
    }
}

/// Returns the further step that WorkOS requires of a user with correct credentials, if it can be
/// taken.
fn further_step(response: &Response) -> Option<Authentication> {
    #[derive(Deserialize)]
    struct SsoRequired {
        error: String,
        connection_ids: Vec<String>,
    }
    #[derive(Deserialize)]
    struct SelectionRequired {
        code: String,
        #[serde(flatten)]
        selection: OrganizationSelection,
    }
    match response.status {
        StatusCode::FORBIDDEN => {
            let required: SelectionRequired = response.json().ok()?;
            let OrganizationSelection { pending_authentication_token: token, organizations } =
                &required.selection;
            let is_possible = !organizations.is_empty() && !token.expose_secret().is_empty();
            (required.code == "organization_selection_required" && is_possible)
                .then_some(Authentication::OrganizationSelection(required.selection))
        }
        StatusCode::BAD_REQUEST => {
            let required: SsoRequired = response.json().ok()?;
            let is_possible = !required.connection_ids.is_empty();
            (required.error == "sso_required" && is_possible)
                .then_some(Authentication::SsoRequired(required.connection_ids))
        }
        _ => None,
    }
}

/// The response to an authentication, without the fields that aren't read.
#[derive(Deserialize)]
struct Authenticated {
    user: User,
    #[serde(default, deserialize_with = "or_default")]
    organization_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    access_token: Option<SecretString>,
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

/// The claims of an access token that are read.
#[derive(Default, Deserialize)]
struct Claims {
    #[serde(default, deserialize_with = "or_default")]
    role: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    permissions: Vec<String>,
}

impl Claims {
    /// Reads the claims without verifying the signature, because the token was received from WorkOS
    /// over TLS.
    fn of(access_token: &SecretString) -> Option<Self> {
        let payload = access_token.expose_secret().split('.').nth(1)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }
}

/// Converts to a Profile that is as similar as possible to that of a Magic Link. There is no
/// connection.
impl From<Authenticated> for Profile {
    fn from(authenticated: Authenticated) -> Self {
        let Authenticated { user, organization_id, access_token } = authenticated;
        let claims = access_token.as_ref().and_then(Claims::of).unwrap_or_default();
        let names = [&user.first_name, &user.last_name];
        let name = names.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        let User { id, email, first_name, last_name, more } = user;
        Self {
            idp_id: email.clone(),
            id,
            email,
            connection_id: String::new(),
            connection_type: Self::MAGIC_AUTH.to_owned(),
            organization_id,
            name: Some(name).filter(|name| !name.is_empty()),
            first_name,
            last_name,
            role: claims.role.map(|slug| Role { slug }),
            permissions: claims.permissions,
            groups: Vec::new(),
            custom_attributes: Map::new(),
            raw_attributes: more,
        }
    }
}
