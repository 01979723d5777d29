//! `GET /static/{name}`

use std::collections::BTreeSet;

use test_support::{TestApp, assert_error};

#[actix_web::test]
async fn fingerprinted_assets_may_be_cached_forever() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let page = visitor.get("/").await.body;
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let url = rest.split_once('"').unwrap().0;
    let style = visitor.get(url).await;
    assert_eq!(style.status, 200);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(style.header("x-content-type-options"), "nosniff");
    assert!(!style.headers.contains_key("set-cookie"));
}

#[actix_web::test]
async fn other_paths_are_not_found() {
    let app = TestApp::spawn().await;
    for path in [
        "/static/app.css",
        "/static/",
        "/static/../.env",
        "/static/..%2f.env",
        "/static/%2e%2e/Cargo.toml",
        "/.env",
    ] {
        assert_error(&app.visitor().get(path).await, 404, "not_found");
    }
}

#[actix_web::test]
async fn login_page_is_small_and_loads_in_one_round_trip() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let page = visitor.get("/login").await;
    let mut bytes = page.body.len();
    let mut loaded = BTreeSet::new();
    for attribute in ["src=\"", "href=\"/static/"] {
        for rest in page.body.split(attribute).skip(1) {
            let url = rest.split('"').next().unwrap();
            loaded.insert(format!("/static/{}", url.trim_start_matches("/static/")));
        }
    }
    assert_eq!(
        loaded.len(),
        4,
        "the style sheet, two scripts and the icon, of this site: {loaded:?}"
    );
    for url in loaded {
        let asset = visitor.get(&url).await;
        assert_eq!(asset.status, 200, "{url}");
        for leads_further in ["@import", "url(", "import(", "import "] {
            assert!(!asset.body.contains(leads_further), "{url} makes the browser load more");
        }
        bytes += asset.body.len();
    }
    assert!(bytes < 30 * 1024, "{bytes} bytes");
}
