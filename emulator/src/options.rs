//! The emulator's options.

use std::net::{Ipv4Addr, SocketAddr};

/// The options of an emulator: its address, and the settings that a WorkOS dashboard has.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address of the HTTP server; port 0 takes any free port. Anyone who can connect sees all
    /// emails, so use loopback except in a container. The SMTP server listens on the same IP, on the
    /// first free port from 4126 up, or on any free port if this one is 0.
    pub bind: SocketAddr,
    /// Host names to accept in addition to `localhost` and IP addresses, without a port: such as
    /// `emulator` for `http://emulator:4100`.
    pub hosts: Vec<String>,
    /// The API key: the API's bearer token, the `client_secret`, and the key that signs users' access
    /// tokens.
    pub api_key: String,
    /// The environment's client ID.
    pub client_id: String,
    /// The accepted redirect URIs, which must match exactly; the first is the default. If empty, any
    /// HTTPS or loopback URI is accepted and there is no default.
    pub redirect_uris: Vec<String>,
    /// Pairs of an organization ID and a domain. The domain's connections belong to the organization,
    /// and so do its users who have no membership.
    pub organizations: Vec<(String, String)>,
    /// Initial SSO connections, of type GenericSAML: pairs of an ID and a domain. The ID is either that
    /// of the organization (`org_…`) or of the connection (`conn_…`). Repeating an ID adds a domain.
    pub sso: Vec<(String, String)>,
    /// Whether `/sso/authorize` signs in as `login_hint` right away instead of showing the identity
    /// provider's page.
    pub auto_idp: bool,
    /// Whether to respond like the official emulator where the difference could affect an app, such
    /// as without `token_type` and `expires_in`.
    pub like_official_emulator: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bind: (Ipv4Addr::LOCALHOST, 4100).into(),
            hosts: Vec::new(),
            api_key: "sk_test_default".to_owned(),
            client_id: "client_emulator".to_owned(),
            redirect_uris: Vec::new(),
            organizations: Vec::new(),
            sso: Vec::new(),
            auto_idp: false,
            like_official_emulator: false,
        }
    }
}

impl Options {
    /// Returns the organization that owns a domain.
    pub(crate) fn organization_of(&self, domain: &str) -> Option<String> {
        let owner = |(_, owned): &&(String, String)| owned.eq_ignore_ascii_case(domain);
        let (id, _) = self.organizations.iter().find(owner)?;
        Some(id.clone())
    }
}
