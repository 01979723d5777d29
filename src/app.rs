//! What the handlers share.

use anyhow::Context;
use embedded_assets::Assets;
use ipnet::IpNet;
use private_dir::PrivateDir;

use crate::admission::Admission;
use crate::clock::Clock;
use crate::config::{Config, KEY_FILE, SignIn, parse_cookie_keys};
use crate::pages::assets::StaticFiles;
use crate::pages::templates::Locales;
use crate::sealed::{KeyRing, generate_cookie_key};
use crate::session::{self, SessionCookie};
use crate::sign_in::own_link::OwnMail;
use crate::sign_in::rate_limit::RateLimits;
use crate::workos::Client;

/// What the handlers share. Made once, at start-up.
pub(crate) struct App {
    /// Where WorkOS sends the browser back to.
    pub(crate) redirect_uri: String,
    pub(crate) keys: KeyRing,
    pub(crate) locales: Locales,
    pub(crate) assets: Assets,
    pub(crate) workos: Client,
    pub(crate) admission: Admission,
    pub(crate) sign_in: SignIn,
    // for own-mail
    pub(crate) own_mail: OwnMail,
    pub(crate) session_cookie: SessionCookie,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) rate_limits: RateLimits,
    pub(crate) clock: Clock,
}

impl App {
    /// Makes it, with the key of its own cookies if the settings bring none.
    pub(crate) fn new(config: Config, data_dir: &PrivateDir, clock: Clock) -> anyhow::Result<Self> {
        let assets = Assets::load::<StaticFiles>("/static/");
        let locales = Locales::load(&assets, &config)?;
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
            locales,
            workos,
            admission: config.admission,
            sign_in: config.sign_in,
            // for own-mail
            own_mail: OwnMail::start(config.own_mail, &config.web.base_url),
            session_cookie: session::cookie(&keys, config.session.lifetimes),
            trusted_proxies: config.web.trusted_proxies,
            rate_limits: config.rate_limits,
            redirect_uri: config.workos.redirect_uri.into(),
            keys,
            assets,
            clock,
        })
    }

    /// Finishes what continues without a request. Call it before the program ends.
    pub(crate) async fn finish(&self) {
        // Add here what the end of the program must wait for.
        // for own-mail
        self.own_mail.finish().await;
    }
}
