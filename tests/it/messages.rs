//! The message catalogs: all languages have the same messages, and every message is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// The text and the arguments of each message, by name.
type Catalog = BTreeMap<String, (String, BTreeSet<String>)>;

fn folder(name: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn catalog(source: &str) -> Catalog {
    let mut messages = Catalog::new();
    for entry in parser::parse(source).expect("a catalog").body {
        let Entry::Message(message) = entry else { continue };
        let values = message.value.iter().map(|value| (message.id.name.to_owned(), value));
        let attributes = message.attributes.iter().map(|attribute| {
            (format!("{}.{}", message.id.name, attribute.id.name), &attribute.value)
        });
        for (name, pattern) in values.chain(attributes) {
            let (mut text, mut arguments) = (String::new(), BTreeSet::new());
            read(pattern, &mut text, &mut arguments);
            assert!(
                messages.insert(name.clone(), (text, arguments)).is_none(),
                "{name} is defined twice"
            );
        }
    }
    messages
}

fn read(pattern: &Pattern<&str>, text: &mut String, arguments: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => {
                let (Expression::Inline(argument) | Expression::Select { selector: argument, .. }) =
                    expression;
                if let InlineExpression::VariableReference { id } = argument {
                    arguments.insert(id.name.to_owned());
                }
                if let Expression::Select { variants, .. } = expression {
                    variants.iter().for_each(|variant| read(&variant.value, text, arguments));
                }
            }
        }
    }
}

fn english() -> Catalog {
    catalog(include_str!("../../locales/en.ftl"))
}

#[test]
fn every_language_has_the_same_messages_with_the_same_arguments() {
    let english = english();
    let others: Vec<_> = folder("locales")
        .into_iter()
        .filter(|(name, _)| name != "brand.ftl" && name != "en.ftl")
        .collect();
    for (language, source) in others {
        let other = catalog(&source);
        let names = |catalog: &Catalog| catalog.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&english), names(&other), "{language}");
        for (name, (text, arguments)) in &english {
            assert_eq!(arguments, &other[name].1, "{name} in {language}");
            let tags = |text: &str| text.matches('<').count();
            assert_eq!(tags(text), tags(&other[name].0), "the markup of {name} in {language}");
            // A single word may be the same in both languages.
            let is_a_word = !text.trim().contains(' ');
            assert!(is_a_word || text != &other[name].0, "{name} isn't translated");
        }
    }
}

/// Returns the error codes, which are also the names of their messages.
fn codes() -> BTreeSet<String> {
    let table = include_str!("../../src/error/kind.rs");
    let rows = table.lines().filter(|line| line.matches('"').count() == 4);
    rows.map(|row| row.rsplit('"').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn every_error_kind_has_a_title_and_a_text_without_markup() {
    let english = english();
    assert!(codes().len() > 20);
    for code in codes() {
        for part in ["title", "text"] {
            let (text, arguments) = &english[&format!("{code}.{part}")];
            assert!(!text.contains('<') && arguments.is_empty(), "{code}.{part}");
        }
    }
}

/// The messages of which a page shows one attribute or another.
const CHOSEN: [&str; 2] = ["ended", "confirmed"];

#[test]
fn every_message_is_used_and_none_is_missing() {
    let (english, brand) = (english(), catalog(include_str!("../../locales/brand.ftl")));
    let pages: String = [
        folder("templates"),
        folder("templates/email"), // with own-mail
    ]
    .concat()
    .into_iter()
    .map(|(_, text)| text)
    .collect();
    let functions = concat!(
        include_str!("../../src/pages/templates.rs"),
        include_str!("../../crates/locales/src/templates.rs"),
    );
    for name in english.keys() {
        let message = name.split('.').next().unwrap();
        let is_chosen_by_its_start = CHOSEN.contains(&message) || codes().contains(message);
        let is_used = pages.contains(&format!("messages.{name} "))
            || pages.contains(&format!("key=\"{name}\""))
            || functions.contains(&format!("\"{name}\""))
            || ["language", "direction"].contains(&name.as_str())
                && pages.contains("messages.direction");
        assert!(is_used || is_chosen_by_its_start, "{name} isn't used");
    }
    let used = pages.split("messages.").skip(1).chain(pages.split("key=\"").skip(1));
    for name in used.map(|rest| rest.split([' ', '"', '[']).next().unwrap()) {
        let is_there = english.contains_key(name) || brand.contains_key(name);
        assert!(is_there || CHOSEN.contains(&name), "there is no {name}");
    }
}
