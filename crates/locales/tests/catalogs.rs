//! Loading catalogs, and formatting their messages.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use fluent_locales::{Catalog, FluentArgs, FormatError, LoadError, load, load_files};

const ENGLISH: &str = "
greeting = Hello, { $name }!
mail =
    .title = Mail of { brand }
    .lead = <strong>{ $count ->
        [one] One email
       *[other] { $count } emails
    }</strong> of { $month ->
        [May] May
       *[June] June
    }
    .size = { NUMBER($bytes, maximumFractionDigits: 1) } bytes
";

fn english() -> Catalog {
    load("en", "brand = Example", [("en", ENGLISH)]).unwrap().remove(0)
}

fn german(source: &str) -> Result<Vec<Catalog>, LoadError> {
    load("en", "brand = Example", [("de", source), ("en", ENGLISH)])
}

#[test]
fn the_default_language_is_first() {
    let tags = |default| {
        let catalogs = load(default, "", [("de", "a = 1"), ("fr", "a = 1"), ("en", "a = 1")]);
        let catalogs = catalogs.unwrap();
        catalogs.iter().map(|catalog| catalog.language().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tags("en"), ["en", "de", "fr"]);
    assert_eq!(tags("fr"), ["fr", "de", "en"]);
}

#[test]
fn files_are_named_by_their_language() {
    let files =
        [("de.ftl", "a = { x } 1"), ("en.ftl", "a = 1"), ("all.ftl", "x = 2"), ("README", "?")];
    let files = files.map(|(name, source)| (name.to_owned(), source.to_owned()));
    let catalogs = load_files("en", "all", files).unwrap();
    let texts = catalogs.iter().map(|catalog| (catalog.language(), catalog.text("a")));
    assert_eq!(texts.collect::<Vec<_>>(), [("en", "1".to_owned()), ("de", "2 1".to_owned())]);
}

#[test]
fn a_message_is_formatted_with_its_arguments() {
    let english = english();
    let name = FluentArgs::from_iter([("name", "Ana <b>")]);
    assert_eq!(english.format("greeting", &name).unwrap(), "Hello, Ana <b>!");
    for (count, month, text) in [
        (1, "May", "<strong>One email</strong> of May"),
        (2, "June", "<strong>2 emails</strong> of June"),
        (0, "another", "<strong>0 emails</strong> of June"),
    ] {
        let mut arguments = FluentArgs::from_iter([("count", count)]);
        arguments.set("month", month);
        assert_eq!(english.format("mail.lead", &arguments).unwrap(), text);
    }
    assert_eq!(english.text("mail.title"), "Mail of Example");
}

#[test]
fn a_missing_argument_or_message_is_an_error() {
    let (english, none) = (english(), FluentArgs::new());
    let error = english.format("greeting", &none).unwrap_err();
    assert!(matches!(error, FormatError::Incomplete { .. }), "{error}");
    assert_eq!(english.text("greeting"), "greeting");
    for absent in ["absent", "mail", "mail.absent", "greeting.title"] {
        let error = english.format(absent, &none).unwrap_err();
        assert_eq!(error.to_string(), format!("the catalog for en has no {absent}"));
    }
}

#[test]
fn messages_list_their_arguments_and_markup() {
    let english = english();
    let listed: Vec<_> = english
        .messages()
        .map(|(name, message)| {
            (name, message.arguments().collect::<Vec<_>>(), message.has_markup())
        })
        .collect();
    let expected = [
        ("brand", vec![], false),
        ("greeting", vec!["name"], false),
        ("mail.lead", vec!["count", "month"], true),
        ("mail.size", vec!["bytes"], false),
        ("mail.title", vec![], false),
    ];
    assert_eq!(listed, expected);
}

#[test]
fn incomplete_translation_is_an_error() {
    let (language, complete) = ("de".to_owned(), ENGLISH.replace("Hello", "Hallo"));
    assert_eq!(german(&complete).unwrap()[1].language(), "de");

    let lacks = complete.replace("    .title = Mail of { brand }\n", "");
    let message = "mail.title".to_owned();
    let expected = LoadError::Lacks { language: language.clone(), message };
    assert_eq!(german(&lacks).err(), Some(expected));

    let other = complete.replace("{ $name }", "{ $who }");
    let message = "greeting".to_owned();
    let expected = LoadError::OtherArguments { language, message };
    assert_eq!(german(&other).err(), Some(expected));

    for unreadable in ["= nothing", "greeting = { $name", "brand = twice"] {
        let error = german(unreadable).err().unwrap();
        assert!(matches!(error, LoadError::Unreadable { .. }), "{error}");
    }
    let sources = [("not a tag", ENGLISH), ("en", ENGLISH)];
    let error = load("en", "", sources).err().unwrap();
    assert_eq!(error, LoadError::NoLanguage { language: "not a tag".to_owned() });
    let error = load("en", "", [("de", ENGLISH)]).err().unwrap();
    assert_eq!(error, LoadError::NoDefault { language: "en".to_owned() });
}
