//! The messages of one language.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};
use fluent_syntax::parser::ParserError;

use crate::{FormatError, LoadError};

/// Loads catalogs from the language tag (BCP 47) and source of each. Returns the default language
/// first, and the others in the order of their tags.
///
/// `shared` has messages for all languages, such as the name of a product.
///
/// # Errors
/// Fails if a catalog can't be parsed, or its messages or their arguments differ from those of the
/// default language.
pub fn load<L: AsRef<str>, S: AsRef<str>>(
    default: &str,
    shared: &str,
    sources: impl IntoIterator<Item = (L, S)>,
) -> Result<Vec<Catalog>, LoadError> {
    let sources = sources.into_iter();
    let catalogs = sources
        .map(|(language, source)| Catalog::parse(language.as_ref(), &[shared, source.as_ref()]));
    let mut catalogs: Vec<Catalog> = catalogs.collect::<Result<_, _>>()?;
    catalogs.sort_by_key(|catalog| (catalog.language != default, catalog.language.clone()));
    let Some((first, others)) = catalogs.split_first() else {
        return Err(LoadError::NoDefault { language: default.to_owned() });
    };
    if first.language != default {
        return Err(LoadError::NoDefault { language: default.to_owned() });
    }
    others.iter().try_for_each(|other| other.check_against(first))?;
    Ok(catalogs)
}

/// Loads catalogs from the name and content of files. `de.ftl` is the German catalog. The file
/// named by `shared`, without `.ftl`, is for all languages. Other files are ignored.
///
/// # Errors
/// The same as [`load`].
pub fn load_files(
    default: &str,
    shared: &str,
    files: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<Catalog>, LoadError> {
    let catalog =
        |(name, source): (String, String)| Some((name.strip_suffix(".ftl")?.to_owned(), source));
    let (shared, sources): (Vec<_>, Vec<_>) =
        files.into_iter().filter_map(catalog).partition(|(name, _)| name == shared);
    load(default, shared.first().map_or("", |(_, source)| source), sources)
}

/// The messages of one language. It can be shared between threads.
pub struct Catalog {
    language: String,
    bundle: FluentBundle<FluentResource>,
    messages: BTreeMap<String, Message>,
}

/// A message's arguments and markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    arguments: BTreeSet<String>,
    has_markup: bool,
}

impl Message {
    /// Returns the names of the arguments.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(String::as_str)
    }

    /// Returns whether the text contains `<`. It is then HTML, and its arguments must be escaped.
    #[must_use]
    pub fn has_markup(&self) -> bool {
        self.has_markup
    }
}

impl Catalog {
    fn parse(language: &str, sources: &[&str]) -> Result<Self, LoadError> {
        let tag = language
            .parse()
            .map_err(|_| LoadError::NoLanguage { language: language.to_owned() })?;
        let unreadable =
            |problems: String| LoadError::Unreadable { language: language.to_owned(), problems };
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Unicode isolation marks around arguments would break attributes and emails.
        bundle.set_use_isolating(false);
        let mut messages = BTreeMap::new();
        for source in sources {
            let resource = FluentResource::try_new((*source).to_owned())
                .map_err(|(_, errors)| unreadable(with_lines(source, &errors)))?;
            messages.extend(resource.entries().flat_map(messages_of));
            bundle.add_resource(resource).map_err(|errors| unreadable(format!("{errors:?}")))?;
        }
        Ok(Self { language: language.to_owned(), bundle, messages })
    }

    fn check_against(&self, default: &Self) -> Result<(), LoadError> {
        for (name, expected) in &default.messages {
            let (language, message) = (self.language.clone(), name.clone());
            match self.messages.get(name) {
                None => return Err(LoadError::Lacks { language, message }),
                Some(found) if found.arguments != expected.arguments => {
                    return Err(LoadError::OtherArguments { language, message });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Returns the language tag (BCP 47), for HTML and HTTP.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Returns all messages with their names, including shared ones.
    pub fn messages(&self) -> impl Iterator<Item = (&str, &Message)> {
        self.messages.iter().map(|(name, message)| (name.as_str(), message))
    }

    /// Returns the message with this name.
    #[must_use]
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.get(name)
    }

    /// Formats a message, such as `login` or `login.title`.
    ///
    /// # Errors
    /// Fails if there is no such message, or an argument is missing.
    pub fn format(&self, name: &str, arguments: &FluentArgs<'_>) -> Result<String, FormatError> {
        let (message, attribute) = match name.split_once('.') {
            Some((message, attribute)) => (message, Some(attribute)),
            None => (name, None),
        };
        let found = self.bundle.get_message(message);
        let pattern = found.and_then(|message| match attribute {
            Some(attribute) => message.get_attribute(attribute).map(|found| found.value()),
            None => message.value(),
        });
        let (language, message) = (&self.language, name);
        let Some(pattern) = pattern else {
            let (language, message) = (language.clone(), message.to_owned());
            return Err(FormatError::NoMessage { language, message });
        };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
        if errors.is_empty() {
            return Ok(text);
        }
        let (language, message) = (language.clone(), message.to_owned());
        Err(FormatError::Incomplete { language, message, problems: format!("{errors:?}") })
    }

    /// Formats a message without arguments. Returns the name if there is no such message, or if it
    /// needs arguments.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.format(name, &FluentArgs::new()).unwrap_or_else(|_| name.to_owned())
    }
}

/// Returns the message and its attributes.
fn messages_of(entry: &Entry<&str>) -> Vec<(String, Message)> {
    let Entry::Message(message) = entry else { return Vec::new() };
    let name = message.id.name;
    let value = message.value.iter().map(|value| (name.to_owned(), Message::of(value)));
    let attributes = message
        .attributes
        .iter()
        .map(|attribute| (format!("{name}.{}", attribute.id.name), Message::of(&attribute.value)));
    value.chain(attributes).collect()
}

impl Message {
    fn of(pattern: &Pattern<&str>) -> Self {
        let mut message = Self::default();
        message.read(pattern);
        message
    }

    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.has_markup |= value.contains('<'),
                PatternElement::Placeable { expression } => self.read_expression(expression),
            }
        }
    }

    fn read_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.read_inline(inline),
            Expression::Select { selector, variants } => {
                self.read_inline(selector);
                variants.iter().for_each(|variant| self.read(&variant.value));
            }
        }
    }

    fn read_inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.arguments.insert(id.name.to_owned());
            }
            InlineExpression::FunctionReference { arguments, .. } => self.read_call(arguments),
            InlineExpression::TermReference { arguments: Some(arguments), .. } => {
                self.read_call(arguments);
            }
            InlineExpression::Placeable { expression } => self.read_expression(expression),
            _ => {}
        }
    }

    fn read_call(&mut self, call: &CallArguments<&str>) {
        call.positional.iter().for_each(|argument| self.read_inline(argument));
        call.named.iter().for_each(|argument| self.read_inline(&argument.value));
    }
}

/// Describes syntax errors, each with its line.
fn with_lines(source: &str, errors: &[ParserError]) -> String {
    let line = |error: &ParserError| {
        let before = source.as_bytes().iter().take(error.pos.start);
        format!("line {}: {}", before.filter(|byte| **byte == b'\n').count() + 1, error.kind)
    };
    errors.iter().map(line).collect::<Vec<_>>().join("; ")
}
