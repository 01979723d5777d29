//! The templates in every language, read once at start-up.

use std::sync::Arc;

use anyhow::Context;
use embedded_assets::{Assets, texts};
use fluent_locales::templates::{Localization, add_templates};
use fluent_locales::{Catalog, FluentArgs};
use tera::{Error, Kwargs, State, Tera, TeraResult};

use crate::config::Config;
use crate::email_address;
use crate::pages::assets::{LocaleFiles, TemplateFiles};
use crate::session::device;

/// The language of visitors who prefer none of those available.
const DEFAULT_LANGUAGE: &str = "en";
/// The file of the messages that all languages share.
const BRAND: &str = "brand";

/// The templates in every language, the default first.
pub(crate) struct Locales(pub(crate) Vec<Locale>);

pub(crate) struct Locale {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) tera: Tera,
}

impl Locales {
    pub(crate) fn load(assets: &Assets, config: &Config) -> anyhow::Result<Self> {
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
            #[cfg(feature = "demo")]
            site.insert("demo_inbox", &config.demo_inbox);
            site.insert("by_code", &config.sign_in.by_code);
            // for cross-device
            site.insert("approves_cross_device", &config.sign_in.approves_cross_device);
            // for own-mail
            site.insert("offers_own_links", &config.offers_own_links());
            add_templates(&mut tera, texts::<TemplateFiles>())?;
            Ok(Locale { catalog, tera })
        };
        Ok(Self(catalogs()?.into_iter().map(locale).collect::<anyhow::Result<_>>()?))
    }

    /// The languages, the default first; there is at least one.
    pub(crate) fn languages(&self) -> Vec<&str> {
        self.0.iter().map(|locale| locale.catalog.language()).collect()
    }
}

/// The catalogs of all languages, the default first.
pub(crate) fn catalogs() -> anyhow::Result<Vec<Catalog>> {
    fluent_locales::load_files(DEFAULT_LANGUAGE, BRAND, texts::<LocaleFiles>())
        .context("could not load the messages in locales/")
}

/// Registers the app's own functions:
///
/// - `address(email=…)`: an email address as people write it; messages do that with their `email`.
/// - `device(name=…)`: a browser as [`device`] names it.
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
