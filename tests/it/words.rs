//! The catalogues: no language lacks a word, and no word is there for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// Phrase to what stands in it: its text, and the names of its blanks.
type Catalogue = BTreeMap<String, (String, BTreeSet<String>)>;

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

fn catalogue(source: &str) -> Catalogue {
    let mut phrases = Catalogue::new();
    for entry in parser::parse(source).expect("a catalogue").body {
        let Entry::Message(message) = entry else { continue };
        let values = message.value.iter().map(|value| (message.id.name.to_owned(), value));
        let attributes = message.attributes.iter().map(|attribute| {
            (format!("{}.{}", message.id.name, attribute.id.name), &attribute.value)
        });
        for (name, pattern) in values.chain(attributes) {
            let (mut text, mut blanks) = (String::new(), BTreeSet::new());
            read(pattern, &mut text, &mut blanks);
            assert!(
                phrases.insert(name.clone(), (text, blanks)).is_none(),
                "{name} is there twice"
            );
        }
    }
    phrases
}

fn read(pattern: &Pattern<&str>, text: &mut String, blanks: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => {
                let (Expression::Inline(blank) | Expression::Select { selector: blank, .. }) =
                    expression;
                if let InlineExpression::VariableReference { id } = blank {
                    blanks.insert(id.name.to_owned());
                }
                if let Expression::Select { variants, .. } = expression {
                    variants.iter().for_each(|variant| read(&variant.value, text, blanks));
                }
            }
        }
    }
}

fn english() -> Catalogue {
    catalogue(include_str!("../../words/en.ftl"))
}

#[test]
fn every_language_says_what_english_says_with_the_same_blanks() {
    let english = english();
    let others: Vec<_> = folder("words")
        .into_iter()
        .filter(|(name, _)| name != "brand.ftl" && name != "en.ftl")
        .collect();
    for (language, source) in others {
        let other = catalogue(&source);
        let names = |catalogue: &Catalogue| catalogue.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&english), names(&other), "{language}");
        for (name, (text, blanks)) in &english {
            assert_eq!(blanks, &other[name].1, "{name} in {language}");
            let tags = |text: &str| text.matches('<').count();
            assert_eq!(tags(text), tags(&other[name].0), "the markup of {name} in {language}");
            // What is one word may well be the same word.
            let is_a_word = !text.trim().contains(' ');
            assert!(is_a_word || text != &other[name].0, "{name} isn't translated");
        }
    }
}

/// The failures' names are in the table of the codes.
fn codes() -> BTreeSet<String> {
    let table = include_str!("../../src/error/kind.rs");
    let rows = table.lines().filter(|line| line.matches('"').count() == 4);
    rows.map(|row| row.rsplit('"').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn every_failure_has_a_title_and_a_text_without_markup() {
    let english = english();
    assert!(codes().len() > 20);
    for code in codes() {
        for part in ["title", "text"] {
            let (text, blanks) = &english[&format!("{code}.{part}")];
            assert!(!text.contains('<') && blanks.is_empty(), "{code}.{part}");
        }
    }
}

#[test]
fn no_phrase_is_there_for_nothing_and_none_that_a_page_says_is_missing() {
    let (english, brand) = (english(), catalogue(include_str!("../../words/brand.ftl")));
    let pages: String = [
        folder("templates"),
        folder("templates/email"), // with own-mail
    ]
    .concat()
    .into_iter()
    .map(|(_, text)| text)
    .collect();
    let functions = include_str!("../../src/pages/templates/functions.rs");
    for name in english.keys() {
        let message = name.split('.').next().unwrap();
        let is_chosen_by_its_start = message == "ended" || codes().contains(message);
        let is_said = pages.contains(&format!("words.{name} "))
            || pages.contains(&format!("key=\"{name}\""))
            || functions.contains(&format!("\"{name}\""))
            || ["language", "direction"].contains(&name.as_str())
                && pages.contains("words.direction");
        assert!(is_said || is_chosen_by_its_start, "nobody says {name}");
    }
    let said = pages.split("words.").skip(1).chain(pages.split("key=\"").skip(1));
    for name in said.map(|rest| rest.split([' ', '"', '[']).next().unwrap()) {
        let is_there = english.contains_key(name) || brand.contains_key(name);
        assert!(is_there || name == "ended", "there is no {name}");
    }
}
