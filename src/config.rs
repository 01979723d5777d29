//! The settings. All are read and checked at startup, and passed on as one struct per topic.

use std::path::{Path, PathBuf};
use std::time::Duration;

use env_settings::Reader;
pub use env_settings::{Problem, Problems};
use outgoing_http::ExtraRoots;

use crate::admission::Admission;
use crate::sealed::KeyRing;
use crate::session::{Limits, RateLimit, StoreLocation};
use crate::sign_in::rate_limit::RateLimits;

// for cross-device
mod cross_device;
// for own-mail
mod own_mail;
mod running;
mod session;
mod sign_in;
// for sso
pub(crate) mod sso;
mod web;
mod workos;

// for own-mail
pub use own_mail::OwnMail;
pub use running::Running;
pub use session::{parse_cookie_keys, read_keys, read_store};
pub use sign_in::SignIn;
pub use web::{Tls, Web};
pub use workos::WorkOs;

/// The name of the file in `DATA_DIR` with the cookie key generated for development.
pub(crate) const KEY_FILE: &str = "cookie.key";
/// The name of the file in `DATA_DIR` with the certificate and private key generated for
/// development.
pub(crate) const CERTIFICATE_FILE: &str = "localhost.pem";

/// All settings. `.env.example` explains each variable.
pub struct Config {
    /// `WORKOS_*`
    pub workos: WorkOs,
    /// `EXTRA_CA_FILE`
    pub extra_roots: ExtraRoots,
    /// `BASE_URL`, `*BIND_ADDRESS`, `MAX_CONNECTIONS`, `TLS*`, `SECURITY_CONTACT`,
    /// `TRUSTED_PROXIES`
    pub web: Web,
    /// `DATA_DIR`: the folder of the embedded store and of the key and certificate generated for
    /// development.
    pub data_dir: PathBuf,
    /// `SESSION_STORE`, or the embedded store in `DATA_DIR`.
    pub session_store: StoreLocation,
    /// `COOKIE_KEYS`. `None` if a key may be generated in `DATA_DIR`.
    pub cookie_keys: Option<KeyRing>,
    /// `SESSION_IDLE_TIMEOUT`, `SESSION_ABSOLUTE_TIMEOUT`, `SESSIONS_PER_USER`
    pub session: Limits,
    /// `RECENT_SIGN_IN`: how recent a sign-in must be for
    /// [`RecentUser`](crate::session::RecentUser).
    pub recent_sign_in: Duration,
    /// `ALLOWED_EMAIL_DOMAINS`
    pub admission: Admission,
    /// `SIGN_IN_WITH`, `LINK_DELIVERY` and other settings of the sign-in flow.
    pub sign_in: SignIn,
    // for own-mail
    /// `SMTP_URL`, `MAIL_FROM`, `LINK_EXPIRES_IN`
    pub own_mail: OwnMail,
    /// `RATE_LIMIT_*`
    pub rate_limits: RateLimits,
    /// `LOG_FORMAT`, `RUST_LOG`
    pub log: Log,
    /// `METRICS_BIND_ADDRESS`, `SHUTDOWN_DRAIN`
    pub running: Running,
    /// In demo mode, the URL of the emulator's inbox, for the banner on every page.
    #[cfg(feature = "demo")]
    pub demo_inbox: Option<String>,
}

/// Settings of the log.
pub struct Log {
    /// Whether `LOG_FORMAT` is `json`.
    pub json: bool,
    /// `RUST_LOG`, as levels by target: `info`, `warn,audit=info`.
    pub filter: String,
}

const DAY: Duration = Duration::from_hours(24);

impl Config {
    /// Reads the settings. `variable` returns the value of a variable, or `None` if it isn't set.
    ///
    /// # Errors
    /// Returns [`Problems`], which names all missing and invalid variables but none of their
    /// values.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let mut read = Reader::new(&variable);
        let web = web::web(&mut read);
        let sign_in = sign_in::sign_in(&mut read);
        let extra_roots = extra_roots(&mut read);
        let config = Self {
            workos: workos::workos(&mut read, &web.base_url),
            data_dir: session::data_dir(&mut read),
            session_store: session::session_store(&mut read),
            cookie_keys: session::cookie_keys(&mut read, &web.base_url),
            session: session::session(&mut read),
            recent_sign_in: session::recent_sign_in(&mut read),
            admission: sign_in::admission(&mut read),
            // for own-mail
            own_mail: own_mail::own_mail(&mut read, sign_in.link_delivery, &extra_roots),
            extra_roots,
            sign_in,
            rate_limits: RateLimits {
                per_email: rate_limit(&mut read, "RATE_LIMIT_PER_EMAIL", "5/15m"),
                per_mailbox: rate_limit(&mut read, "RATE_LIMIT_PER_MAILBOX", "20/1h"),
                per_client: rate_limit(&mut read, "RATE_LIMIT_PER_CLIENT", "30/15m"),
                total: rate_limit(&mut read, "RATE_LIMIT_TOTAL", "300/1m"),
            },
            log: log(&mut read),
            running: running::running(&mut read),
            web,
            #[cfg(feature = "demo")]
            demo_inbox: None,
        };
        read.finish(config)
    }
}

/// Reads the log settings of a command that logs only audit entries. `RUST_LOG` is ignored.
///
/// # Errors
/// The same as [`Config::read`].
pub fn read_audit_log(variable: impl Fn(&str) -> Option<String>) -> Result<Log, Problems> {
    let mut read = Reader::new(&variable);
    let log = Log { filter: "audit=info".to_owned(), ..log(&mut read) };
    read.finish(log)
}

fn log(read: &mut Reader<'_>) -> Log {
    Log {
        json: read.choice("LOG_FORMAT", [("text", false), ("json", true)], "must be text or json"),
        filter: read.or("RUST_LOG", "info"),
    }
}

fn extra_roots(read: &mut Reader<'_>) -> ExtraRoots {
    let expected = "must be a file of certificates in PEM format";
    read.optional("EXTRA_CA_FILE", expected, |file| ExtraRoots::read(Path::new(file)))
        .unwrap_or_default()
}

fn rate_limit(read: &mut Reader<'_>, name: &'static str, default: &str) -> RateLimit {
    // A longer period would be a quota, not a rate limit.
    let (at_most, within) = read.rate(name, default, Duration::from_secs(1)..=30 * DAY);
    RateLimit { at_most: at_most.get(), within }
}
