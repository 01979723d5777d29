//! `GET /static/{name}`

use crate::test_app::TestApp;
use crate::visitor::assert_error;

#[actix_web::test]
async fn assets_may_be_kept_for_ever_under_their_fingerprinted_names() {
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
async fn nothing_else_is_found_there() {
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
