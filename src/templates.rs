//! The templates in every language, read once at start-up.

mod functions;

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::{Context, Tera, Value};

use crate::assets::{self, Assets};
use crate::sign_in::Way;
use crate::words::Words;

/// What is the same on every page of a language.
const SITE: [&str; 4] = ["words.", "assets[", "integrity[", "language"];

/// The templates in every language, the default first.
pub(crate) struct Editions(pub(crate) Vec<Edition>);

pub(crate) struct Edition {
    pub(crate) words: Arc<Words>,
    pub(crate) tera: Tera,
}

impl Editions {
    pub(crate) fn load(
        assets: &Assets,
        demo_inbox: Option<&str>,
        usual_way: &Way,
    ) -> anyhow::Result<Self> {
        let edition = |words: Words| {
            let words = Arc::new(words);
            let mut tera = Tera::new();
            functions::register(&mut tera, &words);
            let site = tera.global_context();
            site.insert("assets", assets.urls());
            site.insert("integrity", assets.integrity());
            site.insert("demo_inbox", &demo_inbox);
            site.insert("by_code", &matches!(usual_way, Way::Code));
            site.insert("language", &words.language);
            site.insert_value("words", plain_words(&words));
            let templates = assets::templates().map(|(name, source)| {
                let source = with_constants(&tera, &name, &source);
                (name, source)
            });
            let templates: Vec<_> = templates.collect();
            tera.add_raw_templates(templates)?;
            Ok(Edition { words, tera })
        };
        Ok(Self(Words::load()?.into_iter().map(edition).collect::<anyhow::Result<_>>()?))
    }
}

impl Editions {
    /// The languages, the default first; there is at least one.
    pub(crate) fn languages(&self) -> Vec<&str> {
        self.0.iter().map(|edition| &*edition.words.language).collect()
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

/// The phrases without blanks, put together once: `words.login.title`.
fn plain_words(words: &Words) -> Value {
    let mut tree: BTreeMap<String, Value> = BTreeMap::new();
    let mut messages: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for name in words.plain_phrases() {
        let said = words.plain(name);
        let said =
            if words.has_markup(name) { Value::safe_string(&said) } else { Value::from(said) };
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
