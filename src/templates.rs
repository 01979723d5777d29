//! The templates in every language, read once at start-up.

mod functions;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use fluent_locales::Catalog;
use tera::{Context, Tera, Value};

use crate::assets::{self, Assets};
use crate::sign_in::SignInMethod;

/// The language of visitors who prefer none that is there.
const DEFAULT_LANGUAGE: &str = "en";
/// The file of the messages that all languages share.
const BRAND: &str = "brand";

/// What is the same on every page of a language.
const SITE: [&str; 4] = ["words.", "assets[", "integrity[", "language"];

/// The templates in every language, the default first.
pub(crate) struct Editions(pub(crate) Vec<Edition>);

pub(crate) struct Edition {
    pub(crate) words: Arc<Catalog>,
    pub(crate) tera: Tera,
}

impl Editions {
    pub(crate) fn load(
        assets: &Assets,
        #[cfg(feature = "demo")] demo_inbox: Option<&str>,
        default_method: &SignInMethod,
    ) -> anyhow::Result<Self> {
        let edition = |words: Catalog| {
            let words = Arc::new(words);
            let mut tera = Tera::new();
            functions::register(&mut tera, &words);
            let site = tera.global_context();
            site.insert("assets", assets.urls());
            site.insert("integrity", assets.integrity());
            #[cfg(feature = "demo")]
            site.insert("demo_inbox", &demo_inbox);
            site.insert("by_code", &matches!(default_method, SignInMethod::Code));
            site.insert("language", words.language());
            site.insert_value("words", plain_words(&words));
            let templates = assets::templates().map(|(name, source)| {
                let source = with_constants(&tera, &name, &source);
                (name, source)
            });
            let templates: Vec<_> = templates.collect();
            tera.add_raw_templates(templates)?;
            Ok(Edition { words, tera })
        };
        Ok(Self(catalogs()?.into_iter().map(edition).collect::<anyhow::Result<_>>()?))
    }
}

impl Editions {
    /// The languages, the default first; there is at least one.
    pub(crate) fn languages(&self) -> Vec<&str> {
        self.0.iter().map(|edition| edition.words.language()).collect()
    }
}

/// The template with everything said that is the same each time, such as `{{ words.login.title }}`:
/// start-up does once what every page would do some thirty times.
fn with_constants(tera: &Tera, name: &str, template: &str) -> String {
    let mut said = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, expression)) = rest.split_once("{{ ") {
        said.push_str(before);
        let Some((expression, after)) = expression.split_once(" }}") else {
            // Another way of writing it, or none: `tera` will tell.
            said.push_str("{{ ");
            rest = expression;
            continue;
        };
        let shown = format!("{{{{ {expression} }}}}");
        let constant = SITE.iter().any(|name| expression.starts_with(name)).then(|| {
            // Of another name as well, such as `words[error.words]`, it can't be known yet.
            tera.render_str(&shown, &Context::new(), name.ends_with(".html")).ok()
        });
        // Nothing that is said is a template.
        match constant.flatten().filter(|constant| !constant.contains('{')) {
            Some(constant) => said.push_str(&constant),
            None => said.push_str(&shown),
        }
        rest = after;
    }
    said.push_str(rest);
    said
}

/// The catalogs of all languages, the default first.
pub(crate) fn catalogs() -> anyhow::Result<Vec<Catalog>> {
    let (shared, sources): (Vec<_>, Vec<_>) =
        assets::words().partition(|(language, _)| language == BRAND);
    let shared = shared.first().map_or("", |(_, source)| source);
    fluent_locales::load(DEFAULT_LANGUAGE, shared, sources)
        .context("the messages in words/ can't be used")
}

/// The messages without arguments, formatted once: `words.login.title`.
fn plain_words(words: &Catalog) -> Value {
    let mut tree: BTreeMap<String, Value> = BTreeMap::new();
    let mut messages: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let plain = words.messages().filter(|(_, message)| message.arguments().next().is_none());
    for (name, message) in plain {
        let said = words.text(name);
        let said = if message.has_markup() { Value::safe_string(&said) } else { Value::from(said) };
        match name.split_once('.') {
            Some((message, attribute)) => {
                messages.entry(message.to_owned()).or_default().insert(attribute.to_owned(), said);
            }
            None => {
                tree.insert(name.to_owned(), said);
            }
        }
    }
    tree.extend(messages.into_iter().map(|(name, phrases)| (name, Value::from(phrases))));
    Value::from(tree)
}
