//! The templates in every language.

use std::sync::Arc;

use anyhow::Context as _;
use embedded_assets::{Assets, texts};
use fluent_locales::templates::{Localization, add_templates};
use fluent_locales::{Catalog, FluentArgs};
use tera::{Context, Error, Kwargs, State, Tera, TeraResult};

use crate::config::Config;
use crate::email_address;
use crate::pages::files::{LocaleFiles, TemplateFiles};
use crate::session::device;

/// The language for visitors who prefer none of the available ones.
const DEFAULT_LANGUAGE: &str = "en";
/// The name of the file with the messages that all languages share.
const BRAND: &str = "brand";

/// The endings of templates. Other files, such as the backups of an editor, are ignored.
const ENDINGS: [&str; 3] = [".html", ".subject", ".txt"];

/// The templates in every language, starting with the default.
pub(crate) struct Locales(pub(crate) Vec<Locale>);

pub(crate) struct Locale {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) tera: Tera,
}

impl Locales {
    pub(super) fn load(assets: &Assets, constants: &Context) -> anyhow::Result<Self> {
        let locale = |catalog: Catalog| {
            let catalog = Arc::new(catalog);
            let mut tera = Tera::new();
            Localization::new(catalog.clone())
                .with_display("email", email_address::shown)
                .register(&mut tera);
            register_functions(&mut tera, catalog.clone());
            let site = tera.global_context();
            site.insert("assets", assets.urls());
            site.insert("integrity", assets.integrity());
            site.extend(constants.clone());
            let templates = texts::<TemplateFiles>()
                .filter(|(name, _)| ENDINGS.iter().any(|ending| name.ends_with(ending)));
            add_templates(&mut tera, templates)?;
            Ok(Locale { catalog, tera })
        };
        Ok(Self(catalogs()?.into_iter().map(locale).collect::<anyhow::Result<_>>()?))
    }

    /// Returns the languages, starting with the default. There is at least one.
    pub(crate) fn languages(&self) -> Vec<&str> {
        self.0.iter().map(|locale| locale.catalog.language()).collect()
    }
}

/// What is the same on every page, as the settings have it.
pub(crate) fn constants(config: &Config) -> Context {
    let mut constants = Context::new();
    constants.insert("origin", &config.web.origin());
    #[cfg(feature = "demo")]
    constants.insert("demo_inbox", &config.demo_inbox);
    constants.insert("by_code", &config.sign_in.by_code);
    // for cross-device
    constants.insert("approves_cross_device", &config.sign_in.approves_cross_device);
    // for own-mail
    constants.insert("offers_own_links", &config.offers_own_links());
    constants
}

/// The catalogs of all languages, the default first.
pub(crate) fn catalogs() -> anyhow::Result<Vec<Catalog>> {
    fluent_locales::load_files(DEFAULT_LANGUAGE, BRAND, texts::<LocaleFiles>())
        .context("could not load the messages in locales/")
}

/// Registers the app's own template functions:
///
/// - `address(email=…)` formats an email address for display. In messages, the argument `email` is
///   formatted the same way.
/// - `device(name=…)` translates the name of a browser from [`device`].
fn register_functions(tera: &mut Tera, catalog: Arc<Catalog>) {
    tera.register_function("address", |arguments: Kwargs, _: &State<'_>| {
        TeraResult::Ok(email_address::shown(arguments.must_get("email")?))
    });
    tera.register_function("device", move |arguments: Kwargs, _: &State<'_>| {
        let name: &str = arguments.must_get("name")?;
        match name.split_once(" on ") {
            Some((browser, system)) => {
                let args = FluentArgs::from_iter([("browser", browser), ("system", system)]);
                catalog.format("device", &args).map_err(Error::message)
            }
            None if name == device::UNKNOWN => Ok(catalog.text("device_unknown")),
            None => Ok(name.to_owned()),
        }
    });
}
