//! The settings of a stand-in.

use std::net::{Ipv4Addr, SocketAddr};

/// What a stand-in is started with: its address, and what a WorkOS dashboard would hold.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen. Only a loopback address is accepted; port 0 takes any free port. The SMTP
    /// server listens on the same address: on the first free port from 4126 on, or, with port 0
    /// here, on any.
    pub bind: SocketAddr,
    /// Host names that it answers to beside `localhost` and IP addresses, without a port: such as
    /// `emulator`, where an app reaches it as `http://emulator:4100`.
    pub hosts: Vec<String>,
    /// The API key: bearer token of the API, `client_secret` of `/sso/token`.
    pub api_key: String,
    /// The environment's client id.
    pub client_id: String,
    /// The redirect URIs that are accepted, exactly as written; the first is the default. When
    /// empty, any https or loopback URI is accepted and there is no default.
    pub redirect_uris: Vec<String>,
    /// Organizations by id, each with a domain: its connections belong to that organization.
    pub organizations: Vec<(String, String)>,
    /// SSO connections to start with, of type GenericSAML: an id and a domain each. With the id of
    /// an organization (`org_…`) the connection is that organization's; else the id is the
    /// connection's own (`conn_…`). The same id again adds a domain.
    pub sso: Vec<(String, String)>,
    /// Whether `/sso/authorize` sends straight back for `login_hint` instead of asking whom to be.
    pub auto_idp: bool,
    /// Whether to answer like the official emulator wherever an app could stumble over the
    /// difference: such as no `token_type` and no `expires_in`.
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
    /// The organization that owns a domain, if one was given.
    pub(crate) fn organization_of(&self, domain: &str) -> Option<String> {
        let owner = |(_, owned): &&(String, String)| owned.eq_ignore_ascii_case(domain);
        let (id, _) = self.organizations.iter().find(owner)?;
        Some(id.clone())
    }
}
