//! Which texts are email addresses, and how they are normalized.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use mailer::EmailAddress;
use proptest::prelude::*;

fn parse(typed: &str) -> Option<String> {
    EmailAddress::parse(typed).ok().map(|email| email.as_str().to_owned())
}

#[test]
fn addresses_have_one_spelling() {
    for (typed, normalized) in [
        ("ana@acme.test", "ana@acme.test"),
        ("  Ana@ACME.Test\n", "ana@acme.test"),
        ("ana+tag@acme.test", "ana+tag@acme.test"),
        ("o'neil.x_y-z=w@acme.test", "o'neil.x_y-z=w@acme.test"),
        ("ana@B\u{fc}cher.test", "ana@xn--bcher-kva.test"),
        ("ana@bu\u{308}cher.test", "ana@xn--bcher-kva.test"),
        ("ana@xn--bcher-kva.test", "ana@xn--bcher-kva.test"),
        ("ana@acme\u{3002}test", "ana@acme.test"),
        ("ana@\u{ff41}cme\u{ff0e}test", "ana@acme.test"),
        ("jos\u{e9}@acme.test", "jos\u{e9}@acme.test"),
        ("jose\u{301}@acme.test", "jos\u{e9}@acme.test"),
    ] {
        assert_eq!(parse(typed).as_deref(), Some(normalized), "{typed:?}");
    }
}

#[test]
fn everything_else_is_rejected() {
    let long_local = format!("{}@acme.test", "a".repeat(65));
    let long = format!(
        "a@{}.test",
        ["b".repeat(60), "c".repeat(60), "d".repeat(60), "e".repeat(66)].join(".")
    );
    for typed in [
        "",
        " ",
        "@",
        "ana",
        "ana@",
        "@acme.test",
        "ana@acme",
        "ana@localhost",
        "ana@@acme.test",
        "ana@evil.test@acme.test",
        "ana@evil.test,bob@acme.test",
        "ana@acme.test;bob@acme.test",
        "ana@acme.test bob@acme.test",
        "ana bob@acme.test",
        "ana@ac me.test",
        "ana@acme.test\u{0}",
        "\"ana\"@acme.test",
        "\"ana@evil.test x\"@acme.test",
        "<ana@acme.test>",
        "Ana <ana@acme.test>",
        "ana@acme.test>",
        "ana(comment)@acme.test",
        "ana@[127.0.0.1]",
        "ana@127.0.0.1",
        "ana@[IPv6:::1]",
        "ana%evil.test@acme.test",
        "evil.test!ana@acme.test",
        "ana:x@acme.test",
        "ana\\@acme.test",
        ".ana@acme.test",
        "ana.@acme.test",
        "a..na@acme.test",
        "ana@.acme.test",
        "ana@acme..test",
        "ana@acme.test.",
        "ana@-acme.test",
        "ana@acme-.test",
        "ana@ac_me.test",
        "ana@acme.123",
        "ana@acme.test\r\nBcc: eve@evil.test",
        "ana\r\n@acme.test",
        "ana@acme.test%0d%0aBcc:x",
        "a\tb@acme.test",
        "<a href=\"https://evil.test\">x</a>@acme.test",
        "ana@<b>acme</b>.test",
        "ana'--@acme.test,",
        // Characters that NFKC turns into ASCII: a second @, a comma, a dot.
        "ana\u{ff20}acme.test",
        "ana@evil.test\u{ff20}acme.test",
        "ana\u{fe6b}evil.test@acme.test",
        "ana\u{ff0c}bob@acme.test",
        "a\u{2024}na@acme.test",
        "ana@acme\u{2024}test",
        "ana@acme.test\u{ff0c}b@c.test",
        // Look-alikes of ASCII letters in the local part.
        "\u{212a}im@acme.test",
        "\u{ff41}na@acme.test",
        "mi\u{17f}e@acme.test",
        "o\u{fb01}ce@acme.test",
        // Invisible characters, with which two addresses look the same.
        "\u{fffd}@acme.test",
        "an\u{200b}a@acme.test",
        "an\u{ad}a@acme.test",
        "\u{202e}ana@acme.test",
        "ana\u{feff}@acme.test",
        "ana@xn--example-.test",
        "ana@acme.xn--",
        "ana@xn--a.test",
        "ana@\u{202e}acme.test",
        &long_local,
        &long,
    ] {
        assert_eq!(parse(typed), None, "{typed:?}");
    }
}

/// Such characters are often copied along with an address.
#[test]
fn invisible_characters_are_removed_around_and_rejected_inside() {
    let class = regex_syntax::parse(r"[\p{White_Space}\p{Cf}--\u{202e}]").unwrap();
    let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = class.kind()
    else {
        panic!("not a character class")
    };
    let invisible = class.ranges().iter().flat_map(|run| run.start()..=run.end());
    for c in invisible {
        let pasted = format!("\u{a0}{c}{c}ana@acme.test{c}\u{3000}\r\n");
        assert_eq!(parse(&pasted).as_deref(), Some("ana@acme.test"), "U+{:04X}", u32::from(c));
        for inside in [format!("an{c}a@acme.test"), format!("ana{c}@acme.test")] {
            assert_eq!(parse(&inside), None, "U+{:04X}", u32::from(c));
        }
    }
    for only in
        ["\u{feff}", "\u{200b}\u{a0}", "\u{ad}@\u{ad}", "ana@\u{200b}", "\u{200b}@acme.test"]
    {
        assert_eq!(parse(only), None, "{only:?}");
    }
}

#[test]
fn non_ascii_look_alikes_stay_different() {
    assert_ne!(parse("m\u{131}ke@acme.test"), parse("mike@acme.test"));
    assert_ne!(parse("\u{430}na@acme.test"), parse("ana@acme.test"));
}

#[test]
fn debug_hides_the_address() {
    let email = EmailAddress::parse("ana@acme.test").unwrap();
    assert!(!format!("{email:?}").contains("ana"));
}

proptest! {
    #[test]
    fn no_text_panics_and_accepted_addresses_are_plain(typed in "\\PC{0,20}@?\\PC{0,20}(\\.[a-z]{2,4})?") {
        if let Some(email) = parse(&typed) {
            prop_assert_eq!(email.matches('@').count(), 1);
            prop_assert!(email.len() <= 254);
            prop_assert!(!email.contains(|c: char| c.is_whitespace() || c.is_control() || ",;<>\"()".contains(c)));
            prop_assert_eq!(parse(&email), Some(email), "normalizing is idempotent");
        }
    }
}

#[test]
fn spellings_of_one_mailbox_share_it() {
    for (spelling, mailbox) in [
        ("ann@example.com", "ann@example.com"),
        ("ann+news@example.com", "ann@example.com"),
        ("a.n.n@example.com", "a.n.n@example.com"),
        ("a.n.n+news@googlemail.com", "ann@gmail.com"),
        ("+ann@example.com", "+ann@example.com"),
    ] {
        assert_eq!(EmailAddress::parse(spelling).unwrap().mailbox(), mailbox);
    }
}
