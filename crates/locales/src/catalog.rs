//! What pages and mails say: one catalogue a language, `words/{language}.ftl`, in the syntax of
//! [Project Fluent](https://projectfluent.org), which knows plurals and leaves the order of words
//! to each language. A file more is a language more.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, ensure};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey,
};

use crate::assets;

/// Spoken where nothing else is asked for.
const DEFAULT: &str = "en";
/// What all languages share: not one of them.
const BRAND: &str = "brand";

/// The words of one language.
pub(crate) struct Words {
    /// As HTML and HTTP name it (BCP 47).
    pub(crate) language: String,
    bundle: FluentBundle<FluentResource>,
    /// Every phrase, by its name.
    phrases: BTreeMap<String, Phrase>,
}

/// What is to be known of a phrase before it is said.
#[derive(Clone, Copy)]
struct Phrase {
    has_blanks: bool,
    has_markup: bool,
}

impl Words {
    /// All languages, the default first.
    ///
    /// # Errors
    /// A catalogue that can't be read.
    pub(crate) fn load() -> anyhow::Result<Vec<Self>> {
        let files: Vec<_> = assets::words().collect();
        let (brand, mut languages): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(name, _)| name == BRAND);
        let brand = brand.first().map_or("", |(_, source)| source.as_str());
        languages.sort_by_key(|(name, _)| (name != DEFAULT, name.clone()));
        ensure!(
            languages.first().is_some_and(|(name, _)| name == DEFAULT),
            "words/en.ftl is missing"
        );
        let languages = languages.iter().map(|(name, source)| Self::parse(name, &[brand, source]));
        let languages: Vec<Self> = languages.collect::<anyhow::Result<_>>()?;
        for (language, phrase) in languages
            .iter()
            .flat_map(|other| languages[0].phrases.keys().map(move |name| (other, name)))
        {
            let says_it = language.phrases.contains_key(phrase);
            ensure!(says_it, "words/{}.ftl lacks {phrase}", language.language);
        }
        Ok(languages)
    }

    fn parse(language: &str, sources: &[&str]) -> anyhow::Result<Self> {
        let tag = language.parse().with_context(|| format!("words/{language}.ftl: no language"))?;
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Marks around what is filled in would also stand in mails and in attributes.
        bundle.set_use_isolating(false);
        let mut phrases = BTreeMap::new();
        for source in sources {
            let resource = FluentResource::try_new((*source).to_owned())
                .map_err(|(_, errors)| anyhow!("words/{language}.ftl: {errors:?}"))?;
            phrases.extend(resource.entries().flat_map(phrases_of));
            bundle
                .add_resource(resource)
                .map_err(|errors| anyhow!("words/{language}.ftl: {errors:?}"))?;
        }
        Ok(Self { language: language.to_owned(), bundle, phrases })
    }

    /// A phrase, such as `login.title`, with its blanks filled in.
    ///
    /// # Errors
    /// When there is no such phrase, or a blank stays empty.
    pub(crate) fn say(&self, phrase: &str, blanks: &FluentArgs<'_>) -> anyhow::Result<String> {
        let (message, attribute) = match phrase.split_once('.') {
            Some((message, attribute)) => (message, Some(attribute)),
            None => (phrase, None),
        };
        let found = self.bundle.get_message(message);
        let pattern = found.and_then(|message| match attribute {
            Some(attribute) => message.get_attribute(attribute).map(|found| found.value()),
            None => message.value(),
        });
        let pattern = pattern.ok_or_else(|| anyhow!("{} has no {phrase}", self.language))?;
        if let Some(said) = filled_in(pattern, blanks) {
            return Ok(said);
        }
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(blanks), &mut errors).into_owned();
        ensure!(errors.is_empty(), "{phrase} in {}: {errors:?}", self.language);
        Ok(said)
    }

    /// A phrase without blanks; its name, if there is none.
    pub(crate) fn plain(&self, phrase: &str) -> String {
        self.say(phrase, &FluentArgs::new()).unwrap_or_else(|_| phrase.to_owned())
    }

    /// The names of all phrases without blanks.
    pub(crate) fn plain_phrases(&self) -> impl Iterator<Item = &str> {
        self.phrases.iter().filter(|(_, phrase)| !phrase.has_blanks).map(|(name, _)| name.as_str())
    }

    /// Whether a phrase is HTML, and not text.
    pub(crate) fn has_markup(&self, phrase: &str) -> bool {
        self.phrases.get(phrase).is_some_and(|phrase| phrase.has_markup)
    }
}

/// The phrase, if it is only text, blanks for text, and choices by the text of a blank, without the
/// machinery that Fluent has for all the others: these stand on every page.
fn filled_in<'a>(pattern: &Pattern<&'a str>, blanks: &'a FluentArgs<'a>) -> Option<String> {
    let mut said = String::new();
    let mut rest: Vec<_> = pattern.elements.iter().rev().collect();
    while let Some(element) = rest.pop() {
        match element {
            PatternElement::TextElement { value } => said.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                said.push_str(text_of(inline, blanks)?);
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                let by = text_of(selector, blanks)?;
                let is_it = |variant: &&Variant<&str>| matches!(variant.key, VariantKey::Identifier { name } if name == by);
                let other = || variants.iter().find(|variant| variant.default);
                let chosen = variants.iter().find(is_it).or_else(other)?;
                rest.extend(chosen.value.elements.iter().rev());
            }
        }
    }
    Some(said)
}

fn text_of<'a>(inline: &InlineExpression<&'a str>, blanks: &'a FluentArgs<'a>) -> Option<&'a str> {
    let InlineExpression::VariableReference { id } = inline else { return None };
    match blanks.get(id.name)? {
        FluentValue::String(text) => Some(text),
        _ => None,
    }
}

fn phrases_of(entry: &Entry<&str>) -> Vec<(String, Phrase)> {
    let Entry::Message(message) = entry else { return Vec::new() };
    let name = message.id.name;
    let value = message.value.iter().map(|value| (name.to_owned(), Phrase::of(value)));
    let attributes = message
        .attributes
        .iter()
        .map(|attribute| (format!("{name}.{}", attribute.id.name), Phrase::of(&attribute.value)));
    value.chain(attributes).collect()
}

impl Phrase {
    fn of(pattern: &Pattern<&str>) -> Self {
        let (mut has_blanks, mut has_markup) = (false, false);
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => has_markup |= value.contains('<'),
                // The brand is no blank.
                PatternElement::Placeable {
                    expression: Expression::Inline(InlineExpression::MessageReference { .. }),
                } => {}
                PatternElement::Placeable { .. } => has_blanks = true,
            }
        }
        Self { has_blanks, has_markup }
    }
}
