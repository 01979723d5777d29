//! Settings of the WorkOS API.

use anyhow::Context;
use env_settings::{Reader, is_loopback};
use outgoing_http::{ExtraRoots, http_client, unusable_proxy};
use secrecy::SecretString;
use url::Url;

use crate::workos::{Client, Credentials};

/// The `User-Agent` of requests to WorkOS.
const USER_AGENT: &str = concat!("workos-magic-link/", env!("CARGO_PKG_VERSION"));

/// Settings of the WorkOS API.
pub struct WorkOs {
    /// `WORKOS_API_URL`
    pub api_url: Url,
    /// `WORKOS_API_KEY`, `WORKOS_CLIENT_ID`
    pub credentials: Credentials,
    /// `WORKOS_REDIRECT_URI`
    pub redirect_uri: Url,
}

impl WorkOs {
    /// Builds a WorkOS client with these settings.
    pub(crate) fn client(&self, extra_roots: &ExtraRoots) -> anyhow::Result<Client> {
        let http = http_client(&self.api_url, extra_roots).user_agent(USER_AGENT);
        Client::new(http, self.api_url.clone(), self.credentials.clone())
            .context("could not make an HTTP client; are the system's CA certificates installed?")
    }
}

pub(super) fn workos(read: &mut Reader<'_>, base_url: &Url) -> WorkOs {
    let callback = base_url.join("/callback").unwrap_or_else(|_| base_url.clone());
    let redirect_uri = read.https_url("WORKOS_REDIRECT_URI", callback.as_str());
    if redirect_uri != callback {
        read.problem("WORKOS_REDIRECT_URI", "must be BASE_URL followed by /callback");
    }
    let api_key = read.required(
        "WORKOS_API_KEY",
        "is required: copy the secret key from the WorkOS dashboard, API Keys",
    );
    let is_key = api_key.starts_with("sk_") && is_plain(&api_key);
    if !is_key && !api_key.is_empty() {
        read.problem("WORKOS_API_KEY", "must begin with sk_ and contain no spaces or quotes");
    }
    let client_id = read.required(
        "WORKOS_CLIENT_ID",
        "is required: copy the client ID from the WorkOS dashboard, API Keys",
    );
    // The client ID appears in redirect URLs. If the two values were swapped, the key would be
    // exposed there.
    if client_id.starts_with("sk_") || !is_plain(&client_id) {
        read.problem(
            "WORKOS_CLIENT_ID",
            "must be the client ID, not the secret key, and contain no spaces or quotes",
        );
    }
    let api_url = read.https_url("WORKOS_API_URL", "https://api.workos.com");
    if api_url.query().is_some() || api_url.fragment().is_some() {
        read.problem("WORKOS_API_URL", "must not have a query or fragment");
    }
    if !is_loopback(&api_url)
        && let Some(variable) = unusable_proxy()
    {
        read.problem(variable, "must be the URL of a proxy, such as http://proxy.example.com:3128");
    }
    let credentials = Credentials { api_key: SecretString::from(api_key), client_id };
    WorkOs { api_url, credentials, redirect_uri }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\'')
}
