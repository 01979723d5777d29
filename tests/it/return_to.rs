//! Where a user may be redirected after signing in.

use proptest::prelude::*;
use workos_magic_link::sign_in::ReturnTo;

#[test]
fn path_on_this_site_is_kept() {
    for path in [
        "/",
        "/reports",
        "/reports?year=2026&next=%2Fx",
        "/a/b/c#part",
        "/b%C3%BCcher",
        "/a:b",
        "/?q=//x",
    ] {
        assert_eq!(ReturnTo::parse(path).as_str(), path);
    }
    assert_eq!(ReturnTo::parse("/b\u{fc}cher").as_str(), "/b%C3%BCcher");
    assert_eq!(ReturnTo::parse("/a/../b").as_str(), "/b");
}

#[test]
fn empty_destination_is_the_account_page() {
    assert_eq!(ReturnTo::parse("").as_str(), "/account");
}

#[test]
fn any_other_destination_becomes_the_home_page() {
    let long = format!("/{}", "a".repeat(255));
    for evil in [
        "/?\\",
        "//evil.test",
        "///evil.test",
        "////evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "\\/evil.test",
        "/\\/evil.test",
        "https://evil.test",
        "http:evil.test",
        "https:/evil.test",
        "https:\\\\evil.test",
        "//evil.test@site",
        "evil.test",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "mailto:a@b.test",
        "/%5cevil.test",
        "/%5Cevil.test",
        "/%2fevil.test",
        "/%2F%2Fevil.test",
        "/%09/evil.test",
        "/\t/evil.test",
        "\t//evil.test",
        " //evil.test",
        "/\n/evil.test",
        "/a\r\nSet-Cookie: x=y",
        "/%0d%0aSet-Cookie:x",
        "/%00",
        "\u{0}/",
        "/..//evil.test",
        "/.//evil.test",
        "/a/..//evil.test",
        "/./\\evil.test",
        "?x",
        "#x",
        "../x",
        ".",
        "account",
        "//127.0.0.1:8443/",
        "//[::1]",
        "//\u{ff45}vil.test",
        "/\u{7f}",
        &long,
    ] {
        assert_eq!(ReturnTo::parse(evil).as_str(), "/", "{evil:?}");
    }
}

proptest! {
    #[test]
    fn no_text_redirects_to_another_site(text in "[/\\\\]{0,3}\\PC{0,30}") {
        let site = url::Url::parse("https://site.test/login").unwrap();
        let there = site.join(ReturnTo::parse(&text).as_str()).unwrap();
        prop_assert_eq!(there.origin(), site.origin());
        prop_assert!(ReturnTo::parse(&text).as_str().len() <= 255);
    }
}

#[test]
fn stored_paths_are_validated_again() {
    let stored = |path: &str| serde_json::from_value::<ReturnTo>(path.into()).unwrap();
    assert_eq!(stored("/reports").as_str(), "/reports");
    assert_eq!(stored("//evil.test").as_str(), "/");
}
