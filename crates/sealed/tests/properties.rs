//! Property tests of sealed values.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
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

proptest! {
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
    fn arbitrary_text_does_not_open(text in "[A-Za-z0-9_-]{0,200}", context in "[a-z]{0,8}") {
        prop_assert!(keys().open::<Text>(&context, &text).is_none());
    }
}
