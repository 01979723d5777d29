//! The format of sealed values and the key derivation, compared with values from other libraries
//! (Python's `hmac`, Node's `crypto`). A change to either would sign every user out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use sealed_values::{KeyRing, Sealed, generate_cookie_key, random};
use serde::{Deserialize, Serialize};

/// The bytes 0 to 63.
const KEY: &str =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";

#[derive(Serialize, Deserialize)]
struct Text(String);

impl Sealed for Text {
    const PURPOSE: &'static str = "text of a test";
}

#[test]
fn a_value_sealed_elsewhere_in_this_format_opens() {
    let keys = KeyRing::parse(KEY, "my-app").unwrap();
    let sealed = "BwcHBwcHBwcHBwcHAV1lMgtXcEGp7BSwQ4V9Q7YpyuPl8Xo";
    assert_eq!(keys.open::<Text>("__Host-test", sealed).unwrap().0, "hello");
    let elsewhere = KeyRing::parse(KEY, "other-app").unwrap();
    assert!(elsewhere.open::<Text>("__Host-test", sealed).is_none(), "application is in the key");
}

#[test]
fn aliases_and_the_session_cookie_key_are_derived_as_documented() {
    let keys = KeyRing::parse(KEY, "my-app").unwrap();
    assert_eq!(keys.alias("ana@acme.test"), "775788aab8dca978");
    let key = keys.session_cookie_key().master();
    let start: String = key[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(start, "abdb7db7dae39e48fcd2dd965ccc600e");
}

#[test]
fn damaged_key_is_rejected_and_surrounding_space_is_not() {
    let key = generate_cookie_key().unwrap();
    for damaged in ["", ",", "AAAA", &key[1..], &format!("{key},"), &format!("{key},x")] {
        assert!(KeyRing::parse(damaged, "my-app").is_err(), "{damaged}");
    }
    assert!(KeyRing::parse(&format!(" {key} , {key}\n"), "my-app").is_ok());
}

#[test]
fn a_stamped_name_is_recent_for_a_minute_under_every_key() {
    let old = generate_cookie_key().unwrap();
    let keys = KeyRing::parse(&old, "my-app").unwrap();
    let name = keys.stamped_name(1_000).unwrap();
    let rotated = format!("{},{old}", generate_cookie_key().unwrap());
    for keys in [keys, KeyRing::parse(&rotated, "my-app").unwrap()] {
        assert!(keys.is_recent(&name, 1_000) && keys.is_recent(&name, 1_060));
        assert!(keys.is_recent(&name, 995), "another instance's clock is ahead");
        assert!(!keys.is_recent(&name, 1_061) && !keys.is_recent(&name, 994));
    }
    let other = KeyRing::parse(&generate_cookie_key().unwrap(), "my-app").unwrap();
    assert!(!other.is_recent(&name, 1_000) && !other.is_recent("", 1_000));
}

/// Checks that no bit of the system's random bytes is lost.
#[test]
fn random_bytes_differ_in_every_bit() {
    let values: BTreeSet<[u8; 16]> = (0..10_000).map(|_| random().unwrap()).collect();
    assert_eq!(values.len(), 10_000);
    for bit in 0..128 {
        let ones = values.iter().filter(|value| value[bit / 8] >> (bit % 8) & 1 == 1).count();
        // The tolerance is ten standard deviations.
        assert!((4500..5500).contains(&ones), "bit {bit}: {ones}");
    }
}
