//! What holds for any input: cookie headers and sealed values.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use proptest::prelude::*;
use sealed_values::host_cookie::{MAX_BYTES, exact};
use sealed_values::{KeyRing, Sealed, generate_cookie_key};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Text(String);

impl Sealed for Text {
    const PURPOSE: &'static str = "text of a test";
}

#[derive(Serialize, Deserialize)]
struct OtherText(String);

impl Sealed for OtherText {
    const PURPOSE: &'static str = "other text of a test";
}

fn keys() -> KeyRing {
    KeyRing::parse(&generate_cookie_key().unwrap(), "tests").unwrap()
}

fn read(header: &[u8]) -> Option<HashMap<String, String>> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some(exact([header])?.into_iter().map(owned).collect())
}

/// Bits of `Cookie` headers, ordinary and odd.
fn cookie_header() -> impl Strategy<Value = Vec<u8>> {
    let bits =
        ["__Host-session", "%5F_Host-session", "=", "; ", ";", " ", "\t", "\"", "a", "\u{a0}"];
    let bit = prop_oneof![
        4 => prop::sample::select(bits.to_vec()).prop_map(|bit| bit.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(bit, 0..40).prop_map(|bits| bits.concat())
}

proptest! {
    #[test]
    fn a_cookie_that_is_read_stands_in_the_header_byte_by_byte(header in cookie_header()) {
        let Some(cookies) = read(&header) else { return Ok(()) };
        for (name, value) in &cookies {
            let pair = format!("{name}={value}");
            prop_assert!(header.windows(pair.len()).any(|window| window == pair.as_bytes()));
            prop_assert!(!name.contains('%') && pair.is_ascii() && !pair.contains(['"', ';', ' ']));
        }
        let again = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        prop_assert_eq!(read(again.collect::<Vec<_>>().join(";").as_bytes()), Some(cookies));
    }

    #[test]
    fn a_sealed_value_opens_unchanged_for_its_purpose_and_context_only(
        text in "\\PC{0,40}", context in "[a-z]{0,8}", at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let keys = keys();
        let sealed = keys.seal(&context, &Text(text.clone())).unwrap();
        prop_assert_eq!(keys.open::<Text>(&context, &sealed).unwrap().0, text);
        let elsewhere = context.clone() + "x";
        prop_assert!(keys.open::<Text>(&elsewhere, &sealed).is_none());
        prop_assert!(keys.open::<OtherText>(&context, &sealed).is_none());
        prop_assert!(keys.open::<Text>(&context, &sealed[..at.index(sealed.len())]).is_none());
        let mut changed = sealed.into_bytes();
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(changed) {
            prop_assert!(keys.open::<Text>(&context, &changed).is_none());
        }
    }

    #[test]
    fn made_up_text_opens_nothing(text in "[A-Za-z0-9_-]{0,200}", context in "[a-z]{0,8}") {
        prop_assert!(keys().open::<Text>(&context, &text).is_none());
    }
}

#[test]
fn of_two_values_for_a_host_cookie_neither_is_read() {
    assert!(exact([b"__Host-a=1; __Host-a=2".as_slice()]).unwrap().is_empty());
    assert!(exact([b"__Host-a=1".as_slice(), b"__Host-a=2"]).unwrap().is_empty());
    assert_eq!(exact([b"__Host-a=1; __Host-a=1".as_slice()]).unwrap()["__Host-a"], "1");
    assert_eq!(exact([b"a=1; a=2".as_slice()]).unwrap()["a"], "1", "no prefix, no promise");
}

#[test]
fn headers_are_read_up_to_the_limit_in_total() {
    let half = vec![b'a'; MAX_BYTES / 2];
    assert!(exact([half.as_slice(), &half]).is_some());
    assert!(exact([half.as_slice(), &half, b"a"]).is_none());
}
