//! Single sign-on, and the authorization code that it and the Magic Link end with.
//! <https://workos.com/docs/reference/sso/get-authorization-url>
//! <https://workos.com/docs/reference/sso/profile/get-profile-and-token>

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use ring::digest::{SHA256, digest};
use secrecy::ExposeSecret;
use serde_json::json;
use url::Url;

use super::client::REDEEMING_DEADLINE;
use super::measured::measured;
use super::types::Exchanged;
use super::{Client, Profile, WorkOsError};

/// By whose identity provider somebody is to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SsoSelector {
    /// `org_…`: the one connection of this organization.
    Organization(String),
    /// `conn_…`
    Connection(String),
}

impl SsoSelector {
    /// Reads the id of an organization or a connection.
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

/// What an authorization URL is made of.
pub struct Authorization<'a> {
    /// Where to sign in.
    pub selector: &'a SsoSelector,
    /// Where the browser comes back to; one of those registered in the WorkOS dashboard.
    pub redirect_uri: &'a str,
    /// Comes back to the redirect URI unchanged.
    pub state: &'a str,
    /// Who wants to sign in, so that they need not type it again.
    pub login_hint: &'a str,
    /// The domain of that address.
    pub domain_hint: &'a str,
    /// What the code will have to be exchanged with (PKCE, RFC 7636): 43 to 128 characters.
    pub code_verifier: &'a str,
}

impl Client {
    /// Where a browser goes to sign in through an identity provider.
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
        url
    }

    /// Exchanges the authorization code for the Profile. Sent once, never retried: the code is
    /// spent by the first call, even one whose answer is lost. `code_verifier` is the one of the
    /// authorization URL; a mailed link has none.
    ///
    /// # Errors
    /// [`WorkOsError`]; [`WorkOsError::is_expired_code`] when the code is spent or too old, or the
    /// verifier isn't its own.
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
        // WorkOS takes a form as well; its official emulator takes only this.
        let request = self.request(Method::POST, "sso/token").json(&body);
        let answered =
            async { self.send_within(REDEEMING_DEADLINE, request).await?.read::<Exchanged>() };
        Ok(measured("exchange_code", answered).await?.profile)
    }
}

/// Shows neither address, state nor verifier.
impl fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("selector", &self.selector).finish_non_exhaustive()
    }
}
