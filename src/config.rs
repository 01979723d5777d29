//! The settings: read once at start-up, checked all together, handed on as small structs.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use crate::email_address::parse_domain;
use crate::rate_limit::RateLimits;
use crate::sealed::KeyRing;
use crate::session::{Lifetimes, Limits, Place};
use crate::workos::Credentials;

mod reader;

use reader::Reader;
pub(crate) use reader::is_loopback;
pub use reader::{Problem, Problems};

/// Everything that can be set. `.env.example` explains each variable.
pub struct Config {
    /// `WORKOS_*`
    pub workos: WorkOs,
    /// `BASE_URL`, `BIND_ADDRESS`, `TLS*`, `TRUSTED_PROXIES`
    pub web: Web,
    /// `DATA_DIR`: the store, and the key and certificate made for development.
    pub data_dir: PathBuf,
    /// `SESSION_STORE`
    pub session_store: Place,
    /// `COOKIE_KEYS`; `None` where one may be made and kept in `DATA_DIR`.
    pub cookie_keys: Option<KeyRing>,
    /// `SESSION_*_TIMEOUT`, `SESSIONS_PER_USER`
    pub session: Limits,
    /// `LINK_EXPIRES_IN`, `ALLOWED_EMAIL_DOMAINS`
    pub sign_in: SignIn,
    /// `RATE_LIMIT_*`
    pub rate_limits: RateLimits,
    /// `LOG_FORMAT`, `RUST_LOG`
    pub log: Log,
    /// In a demo: where its mails arrive, for the banner on every page.
    pub demo_inbox: Option<String>,
}

/// How to talk to WorkOS.
pub struct WorkOs {
    /// `WORKOS_API_URL`
    pub api_url: Url,
    /// `WORKOS_API_KEY`, `WORKOS_CLIENT_ID`
    pub credentials: Credentials,
    /// `WORKOS_REDIRECT_URI`
    pub redirect_uri: Url,
}

/// Where this app is, for itself and for the browsers.
pub struct Web {
    /// `BASE_URL`: the origin that browsers see.
    pub base_url: Url,
    /// `BIND_ADDRESS`
    pub bind_address: SocketAddr,
    /// `TLS`
    pub tls: Tls,
    /// `TRUSTED_PROXIES`: who may say where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
}

impl Web {
    /// Whether browsers reach this app on their own machine only, as in development.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }
}

/// Who ends TLS, and with what certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// This app, with a certificate it makes itself and keeps in `DATA_DIR`. For development.
    SelfSigned,
    /// This app, with the certificate in these PEM files.
    Files {
        /// `TLS_CERT_FILE`: the certificate, and those between it and its root.
        cert: PathBuf,
        /// `TLS_KEY_FILE`
        key: PathBuf,
    },
    /// A proxy in front of this app.
    Off,
}

/// Who may sign in, and for how long a link works.
pub struct SignIn {
    /// `LINK_EXPIRES_IN`
    pub link_expires_in: Duration,
    /// `ALLOWED_EMAIL_DOMAINS`, in ASCII; empty: everyone.
    pub allowed_email_domains: Vec<String>,
}

/// What is logged, and how.
pub struct Log {
    /// `LOG_FORMAT=json`
    pub json: bool,
    /// `RUST_LOG`, in the syntax of tracing's `EnvFilter`.
    pub filter: String,
}

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

impl Config {
    /// Reads the settings through `variable`, which gives the value of a variable that is set.
    ///
    /// # Errors
    /// [`Problems`] names every missing or bad variable at once, and never a value.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let mut read = Reader::new(&variable);
        let web = web(&mut read);
        let session_store = session_store(&mut read);
        let config = Self {
            workos: workos(&mut read, &web.base_url),
            data_dir: data_dir(&read),
            cookie_keys: cookie_keys(&mut read, &web.base_url),
            session_store,
            session: session(&mut read),
            sign_in: SignIn {
                link_expires_in: read.duration(
                    "LINK_EXPIRES_IN",
                    "15m",
                    15 * MINUTE..=DAY,
                    "is from 15m to 24h",
                ),
                allowed_email_domains: allowed_email_domains(&mut read),
            },
            rate_limits: RateLimits {
                per_email: read.rate_limit("RATE_LIMIT_PER_EMAIL", "5/15m"),
                per_mailbox: read.rate_limit("RATE_LIMIT_PER_MAILBOX", "20/1h"),
                per_client: read.rate_limit("RATE_LIMIT_PER_CLIENT", "30/15m"),
                total: read.rate_limit("RATE_LIMIT_TOTAL", "1000/1m"),
            },
            log: Log {
                json: read.one_of("LOG_FORMAT", ["text", "json"], "is text or json") == "json",
                filter: read.or("RUST_LOG", "info"),
            },
            web,
            demo_inbox: None,
        };
        read.finish(config)
    }
}

/// The settings of what works on the store beside the server: where it is, and its limits.
///
/// # Errors
/// [`Problems`], as [`Config::read`].
pub fn read_store(variable: impl Fn(&str) -> Option<String>) -> Result<(Place, Limits), Problems> {
    let mut read = Reader::new(&variable);
    let store = (session_store(&mut read), session(&mut read));
    read.finish(store)
}

fn data_dir(read: &Reader<'_>) -> PathBuf {
    PathBuf::from(read.or("DATA_DIR", "data"))
}

fn session_store(read: &mut Reader<'_>) -> Place {
    let embedded = Place::Embedded(data_dir(read));
    let Some(url) = read.get("SESSION_STORE") else { return embedded };
    Place::shared(&url).unwrap_or_else(|expected| {
        read.problem("SESSION_STORE", expected);
        embedded
    })
}

fn session(read: &mut Reader<'_>) -> Limits {
    let mut timeout =
        |name, default| read.duration(name, default, 1..=365 * DAY, "is from 1s to 365d");
    let lifetimes = Lifetimes {
        idle: timeout("SESSION_IDLE_TIMEOUT", "7d"),
        absolute: timeout("SESSION_ABSOLUTE_TIMEOUT", "30d"),
    };
    let sessions_per_user: NonZeroU32 =
        read.parse("SESSIONS_PER_USER", "20", "is a number of at least 1");
    Limits { lifetimes, sessions_per_user: sessions_per_user.get() }
}

fn trusted_proxies(read: &mut Reader<'_>) -> Vec<IpNet> {
    let proxies = read.or("TRUSTED_PROXIES", "");
    let named = proxies.split(',').map(str::trim).filter(|proxy| !proxy.is_empty());
    let net = |text: &str| text.parse().or_else(|_| text.parse().map(|ip: IpAddr| ip.into()));
    let parsed: Result<_, _> = named.map(net).collect();
    parsed.unwrap_or_else(|_| {
        read.problem("TRUSTED_PROXIES", "is a list of networks, such as 10.0.0.0/8, 127.0.0.1");
        Vec::new()
    })
}

fn web(read: &mut Reader<'_>) -> Web {
    let base_url = read.url("BASE_URL", "https://localhost:8443");
    if base_url.path() != "/" || base_url.query().is_some() || base_url.fragment().is_some() {
        read.problem("BASE_URL", "is an origin, such as https://app.example.com, without a path");
    }
    let bind_address = read.parse(
        "BIND_ADDRESS",
        "127.0.0.1:8443",
        "is an address and port, such as 127.0.0.1:8443",
    );
    let tls = match read.one_of(
        "TLS",
        ["self-signed", "files", "off"],
        "is one of self-signed, files, off",
    ) {
        "off" => Tls::Off,
        "files" => Tls::Files {
            cert: PathBuf::from(read.required("TLS_CERT_FILE", "is needed with TLS=files")),
            key: PathBuf::from(read.required("TLS_KEY_FILE", "is needed with TLS=files")),
        },
        _ => Tls::SelfSigned,
    };
    if base_url.scheme() == "http" && tls != Tls::Off {
        read.problem("TLS", "is off while BASE_URL is http");
    }
    let trusted_proxies = trusted_proxies(read);
    let web = Web { base_url, bind_address, tls, trusted_proxies };
    if web.tls == Tls::SelfSigned && !web.bind_address.ip().is_loopback() {
        read.problem("TLS", "may be self-signed only while BIND_ADDRESS is loopback");
    }
    web
}

fn workos(read: &mut Reader<'_>, base_url: &Url) -> WorkOs {
    let callback = base_url.join("/callback").unwrap_or_else(|_| base_url.clone());
    let redirect_uri = read.url("WORKOS_REDIRECT_URI", callback.as_str());
    if redirect_uri != callback {
        read.problem("WORKOS_REDIRECT_URI", "is BASE_URL followed by /callback and nothing else");
    }
    let api_key = read.required(
        "WORKOS_API_KEY",
        "is needed: the secret key from the WorkOS dashboard, API Keys",
    );
    let is_key = api_key.starts_with("sk_") && is_plain(&api_key);
    if !is_key && !api_key.is_empty() {
        read.problem("WORKOS_API_KEY", "begins with sk_ and has no spaces");
    }
    let client_id = read.required(
        "WORKOS_CLIENT_ID",
        "is needed: the client id from the WorkOS dashboard, API Keys",
    );
    if !is_plain(&client_id) {
        read.problem("WORKOS_CLIENT_ID", "has no spaces");
    }
    let api_url = read.url("WORKOS_API_URL", "https://api.workos.com");
    if api_url.query().is_some() || api_url.fragment().is_some() {
        read.problem("WORKOS_API_URL", "has neither query nor fragment");
    }
    let credentials = Credentials { api_key: SecretString::from(api_key), client_id };
    WorkOs { api_url, credentials, redirect_uri }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn cookie_keys(read: &mut Reader<'_>, base_url: &Url) -> Option<KeyRing> {
    let Some(keys) = read.get("COOKIE_KEYS") else {
        if !is_loopback(base_url) {
            read.problem(
                "COOKIE_KEYS",
                "is needed; make one with `workos-magic-link keys generate`",
            );
        }
        return None;
    };
    KeyRing::parse(&keys)
        .map_err(|_| read.problem("COOKIE_KEYS", "is a list of keys, each 64 bytes in base64"))
        .ok()
}

fn allowed_email_domains(read: &mut Reader<'_>) -> Vec<String> {
    let domains = read.or("ALLOWED_EMAIL_DOMAINS", "");
    let named = domains.split(',').map(str::trim).filter(|domain| !domain.is_empty());
    let parsed: Result<_, _> = named.map(parse_domain).collect();
    parsed.unwrap_or_else(|_| {
        read.problem(
            "ALLOWED_EMAIL_DOMAINS",
            "is a comma-separated list of domains, such as acme.com",
        );
        Vec::new()
    })
}
