//! What the handlers share.

use anyhow::Context;
use embedded_assets::Assets;
use ipnet::IpNet;
use private_dir::PrivateDir;

use crate::admission::Admission;
use crate::clock::Clock;
use crate::config::{Config, KEY_FILE, LinkLifetimes, parse_cookie_keys};
use crate::mail::Mailer;
use crate::pages::assets::StaticFiles;
use crate::pages::templates::Locales;
use crate::sealed::{KeyRing, generate_cookie_key};
use crate::session::{self, SessionCookie};
use crate::sign_in::SignInMethod;
use crate::sign_in::rate_limit::RateLimits;
use crate::workos::Client;

/// What the handlers share. Made once, at start-up.
pub(crate) struct App {
    // for own-mail
    /// `https://app.example.com`. Links are made from this, never from what a request says of itself.
    pub(crate) origin: String,
    /// Where WorkOS sends the browser back to.
    pub(crate) redirect_uri: String,
    pub(crate) keys: KeyRing,
    pub(crate) locales: Locales,
    pub(crate) assets: Assets,
    pub(crate) workos: Client,
    pub(crate) admission: Admission,
    /// The method of users without an identity provider: `SIGN_IN_WITH`, `LINK_DELIVERY`.
    pub(crate) default_method: SignInMethod,
    pub(crate) link_lifetimes: LinkLifetimes,
    // for cross-device
    /// `CROSS_DEVICE`
    pub(crate) approves_cross_device: bool,
    // for own-mail
    /// The mail server of this site, if it has one.
    pub(crate) mailer: Option<Mailer>,
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
                parse_cookie_keys(&key).with_context(|| format!("{} is damaged", file.display()))?
            }
        };
        let default_method = config.sign_in.default_method();
        Ok(Self {
            locales,
            workos,
            admission: Admission {
                allowed_email_domains: config.sign_in.allowed_email_domains,
                // for sso
                sso_domains: config.sign_in.sso_domains,
            },
            default_method,
            link_lifetimes: config.sign_in.link_lifetimes,
            // for cross-device
            approves_cross_device: config.sign_in.approves_cross_device,
            // for own-mail
            mailer: config.mail.map(Mailer::start),
            session_cookie: session::cookie(&keys, config.session.lifetimes),
            trusted_proxies: config.web.trusted_proxies,
            rate_limits: config.rate_limits,
            // for own-mail
            origin: config.web.base_url.origin().ascii_serialization(),
            redirect_uri: config.workos.redirect_uri.into(),
            keys,
            assets,
            clock,
        })
    }
    /// Finishes what continues without a request. Call it before the program ends.
    pub(crate) async fn finish(&self) {
        // for own-mail
        if let Some(mailer) = &self.mailer {
            mailer.finish().await;
        }
    }
}
