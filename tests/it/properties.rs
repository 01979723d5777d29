//! What must hold for whatever comes in: cookies, sealed values, Profiles, settings. Addresses and
//! paths have theirs beside their examples; `fuzz/` looks for more.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use workos_magic_link::config::Config;
use workos_magic_link::cookies;
use workos_magic_link::sealed::{KeyRing, Sealed, generate_cookie_key};
use workos_magic_link::sign_in::{KnownBrowser, MailLink, State};
use workos_magic_link::workos::Profile;

#[derive(Serialize, Deserialize)]
struct Text(String);

impl Sealed for Text {
    const PURPOSE: &'static str = "text of a test";
}

fn keys() -> KeyRing {
    KeyRing::parse(&generate_cookie_key().unwrap()).unwrap()
}

fn read(header: &[u8]) -> Option<HashMap<String, String>> {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::from_bytes(header).ok()?);
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some(cookies::exact(&headers)?.into_iter().map(owned).collect())
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
    fn what_was_sealed_opens_whole_in_its_place_and_nowhere_else(
        text in "\\PC{0,40}", place in "[a-z]{0,8}", at in any::<prop::sample::Index>(), bit in 0..8_u8,
    ) {
        let keys = keys();
        let sealed = keys.seal(&place, &Text(text.clone())).unwrap();
        prop_assert_eq!(keys.open::<Text>(&place, &sealed).unwrap().0, text);
        let elsewhere = place.clone() + "x";
        prop_assert!(keys.open::<Text>(&elsewhere, &sealed).is_none());
        prop_assert!(keys.open::<Text>(&place, &sealed[..at.index(sealed.len())]).is_none());
        prop_assert!(State::read(&keys, &sealed).is_none() && MailLink::read(&keys, &sealed).is_none());
        prop_assert!(keys.open::<KnownBrowser>(&place, &sealed).is_none());
        let mut changed = sealed.into_bytes();
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(changed) {
            prop_assert!(keys.open::<Text>(&place, &changed).is_none());
        }
    }

    #[test]
    fn nothing_that_was_made_up_opens(text in "[A-Za-z0-9_-]{0,200}", place in "[a-z]{0,8}") {
        let keys = keys();
        prop_assert!(keys.open::<Text>(&place, &text).is_none());
        prop_assert!(State::read(&keys, &text).is_none() && MailLink::read(&keys, &text).is_none());
        prop_assert!(keys.open::<KnownBrowser>(&place, &text).is_none());
    }

    #[test]
    fn a_profile_is_kept_as_it_came_and_never_shown(
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
    fn a_wrong_setting_is_named_and_no_value_is_shown(
        values in prop::collection::vec(("[A-Z]{0,2}", "[ -~]{0,30}"), 40..41),
    ) {
        let asked = RefCell::new(BTreeSet::new());
        let problems = Config::read(|name| {
            let mut asked = asked.borrow_mut();
            asked.insert(name.to_owned());
            let (before, after) = &values[asked.len() % values.len()];
            Some(format!("{before}\u{2764}{after}"))
        });
        let problems = problems.err().unwrap();
        let shows_value = problems.to_string().contains('\u{2764}');
        prop_assert!(!shows_value);
        prop_assert!(problems.0.iter().all(|problem| asked.borrow().contains(problem.variable)));
    }
}
