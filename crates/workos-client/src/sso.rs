//! SSO, and the exchange of authorization codes of SSO and Magic Link.
//! <https://workos.com/docs/reference/sso/get-authorization-url>
//! <https://workos.com/docs/reference/sso/profile/get-profile-and-token>

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::utf8_percent_encode;
use reqwest::Method;
use ring::digest::{SHA256, digest};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::client::{REDEEMING_DEADLINE, SEGMENT};
use super::metrics::record;
use super::types::Exchanged;
use super::{Client, Profile, WorkOsError};

/// Selects the identity provider of an SSO sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SsoSelector {
    /// The connection of this organization (`org_…`).
    Organization(String),
    /// This connection (`conn_…`).
    Connection(String),
}

impl SsoSelector {
    /// Parses the ID of an organization or a connection.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match id.split_once('_') {
            Some(("org", rest)) if is_plain && !rest.is_empty() => {
                Some(Self::Organization(id.to_owned()))
            }
            Some(("conn", rest)) if is_plain && !rest.is_empty() => {
                Some(Self::Connection(id.to_owned()))
            }
            _ => None,
        }
    }
}

/// The parameters of an authorization URL.
pub struct Authorization<'a> {
    /// The organization or connection to sign in with.
    pub selector: &'a SsoSelector,
    /// The URI that WorkOS redirects to. It must be registered in the WorkOS dashboard.
    pub redirect_uri: &'a str,
    /// Passed unchanged to the redirect URI.
    pub state: &'a str,
    /// The user's email address, which the identity provider may fill in.
    pub login_hint: &'a str,
    /// The domain of `login_hint`.
    pub domain_hint: &'a str,
    /// The secret that the code is exchanged with (PKCE, RFC 7636): 43 to 128 characters.
    pub code_verifier: &'a str,
    /// Whether the user must sign in again, even if the identity provider knows them
    /// (`prompt=login`). Some providers ignore this.
    pub sign_in_again: bool,
}

impl Client {
    /// Returns the URL to redirect the browser to, for a sign-in through an identity provider.
    #[must_use]
    pub fn authorization_url(&self, authorization: &Authorization<'_>) -> Url {
        let mut url = self.url("sso/authorize");
        let (selector, id) = match authorization.selector {
            SsoSelector::Organization(id) => ("organization", id),
            SsoSelector::Connection(id) => ("connection", id),
        };
        let verifier = authorization.code_verifier.as_bytes();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.credentials.client_id)
            .append_pair("redirect_uri", authorization.redirect_uri)
            .append_pair(selector, id)
            .append_pair("state", authorization.state)
            .append_pair("login_hint", authorization.login_hint)
            .append_pair("domain_hint", authorization.domain_hint)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier)))
            .append_pair("code_challenge_method", "S256");
        if authorization.sign_in_again {
            url.query_pairs_mut().append_pair("prompt", "login");
        }
        url
    }

    /// Exchanges an authorization code for the Profile. Never retried, because a code works only
    /// once, even if the response is lost. `code_verifier` is that of the authorization URL, or
    /// `None` for a Magic Link.
    ///
    /// # Errors
    /// [`WorkOsError`]. [`WorkOsError::is_expired_code`] is true if the code was used or has
    /// expired, or the verifier doesn't match.
    pub async fn exchange_code(
        &self,
        code: &str,
        code_verifier: Option<&str>,
    ) -> Result<Profile, WorkOsError> {
        let mut body = json!({
            "client_id": self.credentials.client_id,
            "client_secret": self.credentials.api_key.expose_secret(),
            "grant_type": "authorization_code",
            "code": code,
        });
        if let Some(verifier) = code_verifier {
            body["code_verifier"] = verifier.into();
        }
        // WorkOS also accepts a form, but its official emulator accepts only JSON.
        let request = self.request(Method::POST, "sso/token").json(&body);
        let response =
            async { self.send_within(REDEEMING_DEADLINE, request).await?.json::<Exchanged>() };
        Ok(record("exchange_code", response).await?.profile)
    }
}

/// An SSO connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The ID (`conn_…`).
    pub id: String,
    /// The name in the WorkOS dashboard.
    pub name: String,
}

impl Client {
    /// Returns this SSO connection.
    ///
    /// # Errors
    /// [`WorkOsError`]
    pub async fn connection(&self, id: &str) -> Result<Connection, WorkOsError> {
        let path = format!("connections/{}", utf8_percent_encode(id, SEGMENT));
        let request = self.authorized(Method::GET, &path);
        let response = async { self.send(request).await?.json() };
        record("connection", response).await
    }
}

/// Hides the address, the state and the verifier.
impl fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("selector", &self.selector).finish_non_exhaustive()
    }
}
