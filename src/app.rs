//! The state that all handlers share.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ipnet::IpNet;
use private_dir::PrivateDir;
use url::Url;

use crate::admission::Admission;
use crate::clock::Clock;
use crate::config::{Config, KEY_FILE, SignIn, parse_cookie_keys};
use crate::pages::files::Files;
#[cfg(debug_assertions)]
use crate::pages::reload::ReloadedFiles;
use crate::pages::templates;
use crate::sealed::{KeyRing, generate_cookie_key};
use crate::session::{self, SessionCookie};
use crate::sign_in::own_link::OwnMail;
use crate::sign_in::rate_limit::RateLimits;
use crate::workos::Client;

/// The state that all handlers share, built once at startup.
pub(crate) struct App {
    /// `https://app.example.com`. URLs of this site are made from this, never from what a request says.
    pub(crate) origin: String,
    /// Where WorkOS sends the browser back to.
    pub(crate) redirect_uri: String,
    pub(crate) keys: KeyRing,
    #[cfg(debug_assertions)]
    pub(crate) files: ReloadedFiles,
    #[cfg(not(debug_assertions))]
    files: Arc<Files>,
    pub(crate) workos: Client,
    pub(crate) admission: Admission,
    pub(crate) sign_in: SignIn,
    // for own-mail
    pub(crate) own_mail: OwnMail,
    pub(crate) session_cookie: SessionCookie,
    pub(crate) recent_sign_in: Duration,
    pub(crate) security_contact: Option<Url>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) rate_limits: RateLimits,
    pub(crate) clock: Clock,
}

impl App {
    /// Builds the state. Generates a cookie key in `data_dir` if the settings have none.
    pub(crate) fn new(config: Config, data_dir: &PrivateDir, clock: Clock) -> anyhow::Result<Self> {
        let constants = templates::constants(&config);
        #[cfg(debug_assertions)]
        let files = ReloadedFiles::load(constants)?;
        #[cfg(not(debug_assertions))]
        let files = Arc::new(Files::load(&constants)?);
        let workos = config.workos.client(&config.extra_roots)?;
        let keys = match config.cookie_keys {
            Some(keys) => keys,
            None => {
                let (key, file) =
                    data_dir.read_or_create(KEY_FILE, || Ok(generate_cookie_key()?))?;
                parse_cookie_keys(&key).with_context(|| format!("{} is invalid", file.display()))?
            }
        };
        Ok(Self {
            files,
            workos,
            admission: config.admission,
            sign_in: config.sign_in,
            // for own-mail
            own_mail: OwnMail::start(config.own_mail),
            session_cookie: session::cookie(&keys, config.session.lifetimes),
            recent_sign_in: config.recent_sign_in,
            origin: config.web.origin(),
            security_contact: config.web.security_contact,
            trusted_proxies: config.web.trusted_proxies,
            rate_limits: config.rate_limits,
            redirect_uri: config.workos.redirect_uri.into(),
            keys,
            clock,
        })
    }

    /// Returns the templates, messages and static files.
    pub(crate) fn files(&self) -> Arc<Files> {
        #[cfg(debug_assertions)]
        return self.files.current();
        #[cfg(not(debug_assertions))]
        self.files.clone()
    }

    /// Finishes what continues without a request. Call it before the program ends.
    pub(crate) async fn finish(&self) {
        // Add here what the program must wait for before it ends.
        // for own-mail
        self.own_mail.finish().await;
    }
}
