//! The templates in every language, read once at start-up.

mod functions;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use embedded_assets::{Assets, texts};
use fluent_locales::Catalog;
use tera::{Context, Delimiters, Tera, Value};

use crate::config::Config;
use crate::pages::assets::{LocaleFiles, TemplateFiles};

/// The language of visitors who prefer none that is there.
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
            functions::register(&mut tera, &catalog);
            let site = tera.global_context();
            site.insert("assets", assets.urls());
            site.insert("integrity", assets.integrity());
            #[cfg(feature = "demo")]
            site.insert("demo_inbox", &config.demo_inbox);
            site.insert("by_code", &config.sign_in.by_code);
            site.insert("language", catalog.language());
            site.insert_value("messages", plain_messages(&catalog));
            let templates = with_constants(site)?;
            tera.add_raw_templates(templates)?;
            Ok(Locale { catalog, tera })
        };
        Ok(Self(catalogs()?.into_iter().map(locale).collect::<anyhow::Result<_>>()?))
    }
}

impl Locales {
    /// The languages, the default first; there is at least one.
    pub(crate) fn languages(&self) -> Vec<&str> {
        self.0.iter().map(|locale| locale.catalog.language()).collect()
    }
}

/// Returns the templates with their constants, `[[ messages.login.title ]]`: what is the same on every page
/// of a language. `{{ … }}` is for what differs from page to page. Looking up the constants for each
/// page would make `/account` a fifth slower.
fn with_constants(site: &Context) -> anyhow::Result<Vec<(String, String)>> {
    let mut constants = Tera::new();
    constants.set_delimiters(Delimiters {
        variable_start: "[[".into(),
        variable_end: "]]".into(),
        block_start: "[%".into(),
        block_end: "%]".into(),
        comment_start: "[#".into(),
        comment_end: "#]".into(),
    })?;
    let fill_in = |(name, template): (String, String)| {
        let filled_in = constants.render_str(&template, site, name.ends_with(".html"));
        let filled_in = filled_in.with_context(|| format!("the template {name} can't be used"))?;
        Ok((name, filled_in))
    };
    texts::<TemplateFiles>().map(fill_in).collect()
}

/// The catalogs of all languages, the default first.
pub(crate) fn catalogs() -> anyhow::Result<Vec<Catalog>> {
    let catalog =
        |(name, source): (String, String)| Some((name.strip_suffix(".ftl")?.to_owned(), source));
    let (shared, sources): (Vec<_>, Vec<_>) =
        texts::<LocaleFiles>().filter_map(catalog).partition(|(name, _)| name == BRAND);
    let shared = shared.first().map_or("", |(_, source)| source);
    fluent_locales::load(DEFAULT_LANGUAGE, shared, sources)
        .context("the messages in locales/ can't be used")
}

/// The messages without arguments, formatted once: `messages.login.title`.
fn plain_messages(catalog: &Catalog) -> Value {
    let mut tree: BTreeMap<String, Value> = BTreeMap::new();
    let mut messages: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let plain = catalog.messages().filter(|(_, message)| message.arguments().next().is_none());
    for (name, message) in plain {
        let text = catalog.text(name);
        let text = if message.has_markup() { Value::safe_string(&text) } else { Value::from(text) };
        match name.split_once('.') {
            Some((message, attribute)) => {
                messages.entry(message.to_owned()).or_default().insert(attribute.to_owned(), text);
            }
            None => {
                tree.insert(name.to_owned(), text);
            }
        }
    }
    tree.extend(messages.into_iter().map(|(name, attributes)| (name, Value::from(attributes))));
    Value::from(tree)
}
