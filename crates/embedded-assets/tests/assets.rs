//! Assets and texts of two folders.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use embedded_assets::{Assets, texts};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "tests/assets/"]
struct StaticFiles;

#[derive(Embed)]
#[folder = "tests/texts/"]
struct Texts;

fn load() -> Assets {
    Assets::load::<StaticFiles>("/static/")
}

#[test]
fn each_file_has_a_url_with_a_fingerprint_of_its_content() {
    let assets = load();
    let urls: BTreeMap<_, _> = assets.urls().iter().collect();
    let expected = [
        ("app.css", "/static/app.", ".css"),
        ("app.js", "/static/app.", ".js"),
        ("fonts/LICENSE", "/static/fonts/LICENSE.", ""),
        ("fonts/sans.v2.woff2", "/static/fonts/sans.v2.", ".woff2"),
        ("icon.png", "/static/icon.", ".png"),
        ("page.html", "/static/page.", ".html"),
    ];
    assert_eq!(urls.len(), expected.len());
    for ((path, url), (expected_path, start, end)) in urls.into_iter().zip(expected) {
        assert_eq!(path, expected_path);
        let fingerprint = url.strip_prefix(start).unwrap().strip_suffix(end).unwrap();
        assert!(
            fingerprint.len() == 12 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit()),
            "{url}"
        );
    }
}

#[test]
fn a_file_is_found_by_its_fingerprinted_name_only() {
    let assets = load();
    for (path, url) in assets.urls() {
        assert!(assets.get(url.strip_prefix("/static/").unwrap()).is_some(), "{url}");
        assert!(assets.get(url).is_none() && assets.get(path).is_none(), "{url}");
    }
    assert!(assets.get("").is_none() && assets.get("../Cargo.toml").is_none());
}

#[test]
fn content_types_are_those_of_the_extensions() {
    let assets = load();
    for (path, content_type, content) in [
        ("app.css", "text/css; charset=utf-8", "body { margin: 0 }\n"),
        ("app.js", "text/javascript; charset=utf-8", "console.log(\"hello\");\n"),
        ("fonts/LICENSE", "application/octet-stream", "no extension\n"),
        ("fonts/sans.v2.woff2", "font/woff2", "a font"),
    ] {
        let asset = assets.get(assets.urls()[path].strip_prefix("/static/").unwrap()).unwrap();
        assert_eq!(
            (asset.content_type.as_str(), &asset.content[..]),
            (content_type, content.as_bytes())
        );
    }
}

#[test]
fn scripts_have_an_integrity_hash_and_nothing_else_does() {
    let integrity: BTreeMap<_, _> = load().integrity().clone().into_iter().collect();
    assert_eq!(integrity.into_keys().collect::<Vec<_>>(), ["app.js", "page.html"]);
    // `openssl dgst -sha256 -binary tests/assets/app.js | base64`
    assert_eq!(load().integrity()["app.js"], "sha256-+URFENx0A+QQSd6xM/aJKqamPAVZGytZ5O5bI017vZk=");
    // The same script, inline.
    assert_eq!(load().integrity()["page.html"], load().integrity()["app.js"]);
}

#[test]
fn texts_are_the_files_in_utf_8() {
    let texts: BTreeMap<_, _> = texts::<Texts>().collect();
    let expected = [("email/subject", "subject\n"), ("page.html", "hello\n")];
    assert_eq!(texts, expected.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
}
