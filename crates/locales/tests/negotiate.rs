//! The language that a browser prefers.

use fluent_locales::negotiate;

const AVAILABLE: [&str; 5] = ["en", "de", "pt-BR", "zh-Hans", "zh-Hant"];

#[track_caller]
fn assert_preferred(accept_language: &str, expected: &str) {
    let found = negotiate(accept_language, &AVAILABLE).unwrap_or("none");
    assert_eq!(found, expected, "{accept_language:?}");
}

#[test]
fn the_highest_weight_decides_then_the_order() {
    assert_preferred("de", "de");
    assert_preferred("de, en", "de");
    assert_preferred("en;q=0.4, de;q=0.5", "de");
    assert_preferred("fr-FR, fr;q=0.9, de;q=0.5, en;q=0.4", "de");
    assert_preferred("en;q=0.999,de", "de");
    assert_preferred("en ; Q = 0.4 , de ; q=0.5", "de");
}

#[test]
fn a_weight_of_zero_accepts_nothing() {
    assert_preferred("de;q=0, fr", "none");
    assert_preferred("de;q=0.000, en;q=0.001", "en");
}

#[test]
fn closest_tag_is_chosen_case_insensitively() {
    assert_preferred("DE-de", "de");
    assert_preferred("de-AT-1996-x-private", "de");
    assert_preferred("de-DE-u-co-phonebk", "de");
    assert_preferred("pt", "pt-BR");
    assert_preferred("pt-PT", "pt-BR");
    assert_preferred("zh-Hant-TW", "zh-Hant");
    assert_preferred("ZH-HANT", "zh-Hant");
    assert_preferred("zh-TW", "zh-Hans");
}

#[test]
fn invalid_items_are_ignored() {
    for nothing in ["", " ", "*", ",", ";", "q=1", "-", "deutsch", "fr", "de;q", "de;q=", "de;q=x"]
    {
        assert_preferred(nothing, "none");
    }
    for weight in ["q=-1", "q=1.001", "q=nan", "q=inf", "level=1", "q=;;"] {
        assert_preferred(&format!("de;{weight}, en;q=0.1"), "en");
    }
    assert_eq!(negotiate("de", &[]), None);
}
