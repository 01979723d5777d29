//! Property tests of sealed values, profiles and settings. Property tests of addresses and paths
//! are next to their examples, and those of cookies are in `crates/sealed`. `fuzz/` has the fuzz
//! targets.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use workos_magic_link::config::{Config, parse_cookie_keys};
use workos_magic_link::sealed::{KeyRing, Sealed, generate_cookie_key};
#[cfg(feature = "smtp")]
use workos_magic_link::sign_in::MailLink;
use workos_magic_link::sign_in::{KnownBrowser, State};
use workos_magic_link::workos::Profile;

#[derive(Serialize, Deserialize)]
struct Text(String);

impl Sealed for Text {
    const PURPOSE: &'static str = "test text";
}

fn keys() -> KeyRing {
    parse_cookie_keys(&generate_cookie_key().unwrap()).unwrap()
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn sealed_value_opens_only_unchanged_and_in_its_context(
        text in "\\PC{0,40}", place in "[a-z]{0,8}", at in any::<prop::sample::Index>(), bit in 0..8_u8,
    ) {
        let keys = keys();
        let sealed = keys.seal(&place, &Text(text.clone())).unwrap();
        prop_assert_eq!(keys.open::<Text>(&place, &sealed).unwrap().0, text);
        let elsewhere = place.clone() + "x";
        prop_assert!(keys.open::<Text>(&elsewhere, &sealed).is_none());
        prop_assert!(keys.open::<Text>(&place, &sealed[..at.index(sealed.len())]).is_none());
        prop_assert!(State::read(&keys, &sealed).is_none());
        #[cfg(feature = "smtp")]
        prop_assert!(MailLink::read(&keys, &sealed).is_none());
        prop_assert!(keys.open::<KnownBrowser>(&place, &sealed).is_none());
        let mut changed = sealed.into_bytes();
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(changed) {
            prop_assert!(keys.open::<Text>(&place, &changed).is_none());
        }
    }

    #[test]
    fn arbitrary_text_does_not_open(text in "[A-Za-z0-9_-]{0,200}", place in "[a-z]{0,8}") {
        let keys = keys();
        prop_assert!(keys.open::<Text>(&place, &text).is_none());
        prop_assert!(State::read(&keys, &text).is_none());
        #[cfg(feature = "smtp")]
        prop_assert!(MailLink::read(&keys, &text).is_none());
        prop_assert!(keys.open::<KnownBrowser>(&place, &text).is_none());
    }

    #[test]
    fn profile_round_trips_and_debug_hides_it(
        email in "\\PC{4,20}", name in json(), groups in json(), raw in json(), custom in json(),
    ) {
        let json = serde_json::json!({
            "id": "prof_1", "email": format!("mark-{email}"), "name": name, "groups": groups,
            "raw_attributes": raw, "custom_attributes": custom, "unknown": raw,
        });
        let Ok(profile) = serde_json::from_value::<Profile>(json) else { return Ok(()) };
        let shown = format!("{profile:?}");
        prop_assert!(!shown.contains("mark-"));
        let kept = serde_json::to_string(&profile).unwrap();
        prop_assert!(serde_json::from_str::<Profile>(&kept).unwrap() == profile);
    }

    #[test]
    fn invalid_setting_is_named_without_its_value(
        values in prop::collection::vec(("[A-Z]{0,2}", "[ -~]{0,30}"), 40..41),
    ) {
        let requested = RefCell::new(BTreeSet::new());
        let problems = Config::read(|name| {
            let mut requested = requested.borrow_mut();
            requested.insert(name.to_owned());
            let (before, after) = &values[requested.len() % values.len()];
            Some(format!("{before}\u{2764}{after}"))
        });
        let problems = problems.err().unwrap();
        let shows_value = problems.to_string().contains('\u{2764}');
        prop_assert!(!shows_value);
        prop_assert!(problems.0.iter().all(|problem| requested.borrow().contains(problem.variable)));
    }
}
