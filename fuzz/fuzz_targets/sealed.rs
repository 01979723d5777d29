//! Sealed values in cookies, `state` and links. Only unchanged values of our own keys can be opened.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use workos_magic_link::config::parse_cookie_keys;
use workos_magic_link::sealed::{KeyRing, Sealed, generate_cookie_key};
use workos_magic_link::sign_in::MailLink; // with own-mail
use workos_magic_link::sign_in::{KnownBrowser, State};

#[derive(serde::Serialize, serde::Deserialize)]
struct Text(String);

impl Sealed for Text {
    const PURPOSE: &'static str = "fuzzed text 1";
}

fn new_keys() -> KeyRing {
    let key = || generate_cookie_key().expect("randomness");
    parse_cookie_keys(&format!("{},{}", key(), key())).expect("keys")
}

static KEYS: LazyLock<KeyRing> = LazyLock::new(new_keys);
/// Keys that never seal, because the fuzzer can reuse values that other keys sealed, which would
/// open.
static UNUSED_KEYS: LazyLock<KeyRing> = LazyLock::new(new_keys);

fuzz_target!(|input: (&str, &str, usize, u8)| {
    let (text, place, position, flip) = input;
    assert!(UNUSED_KEYS.open::<Text>(place, text).is_none());
    assert!(State::read(&KEYS, text).is_none());
    assert!(MailLink::read(&KEYS, text).is_none()); // with own-mail
    assert!(KEYS.open::<KnownBrowser>("__Host-known", text).is_none());

    let sealed = KEYS.seal(place, &Text(text.to_owned())).expect("randomness");
    assert_eq!(KEYS.open::<Text>(place, &sealed).expect("ours").0, text);
    assert!(KEYS.open::<Text>(&format!("{place}x"), &sealed).is_none());
    assert!(State::read(&KEYS, &sealed).is_none());
    assert!(MailLink::read(&KEYS, &sealed).is_none()); // with own-mail
    assert!(KEYS.open::<KnownBrowser>(place, &sealed).is_none());
    let mut changed = sealed.clone().into_bytes();
    let position = position % changed.len();
    changed[position] ^= flip;
    if let Ok(changed) = String::from_utf8(changed)
        && changed != sealed
    {
        assert!(KEYS.open::<Text>(place, &changed).is_none());
    }
});
