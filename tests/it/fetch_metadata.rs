//! Requests from other sites: they may navigate here, but not load our pages or assets.

use reqwest::Method;
use test_support::{Answer, TestApp, Visitor, assert_error};

/// `Sec-Fetch-Site`, `Sec-Fetch-Mode` and `Sec-Fetch-Dest`.
type From = (&'static str, &'static str, &'static str);

const VISIT: From = ("cross-site", "navigate", "document");

/// How browsers announce a prefetch, a prerender or a preview.
const PREFETCHES: [(&str, &str); 6] = [
    ("Sec-Purpose", "prefetch"),
    ("Sec-Purpose", "prefetch;prerender"),
    ("Sec-Purpose", "prefetch;anonymous-client-ip"),
    ("Purpose", "prefetch"),
    ("X-Moz", "prefetch"),
    ("X-Purpose", "preview"),
];

/// Sends a prefetch with this header, with `Sec-Fetch-Site` if `site` is given.
async fn prefetch(
    visitor: &Visitor,
    path: &str,
    (name, value): (&str, &str),
    site: Option<&str>,
) -> Answer {
    let mut request = visitor.request(Method::GET, path).header(name, value);
    if let Some(site) = site {
        request = request.header("Sec-Fetch-Site", site);
        request = request.header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Dest", "document");
    }
    visitor.send(request).await
}

async fn get(visitor: &Visitor, path: &str, (site, mode, dest): From) -> Answer {
    let request = visitor.request(Method::GET, path);
    let request = request.header("Sec-Fetch-Site", site).header("Sec-Fetch-Mode", mode);
    visitor.send(request.header("Sec-Fetch-Dest", dest)).await
}

#[actix_web::test]
async fn other_sites_cannot_load_our_pages_or_assets() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let home = visitor.get("/").await.body;
    let style = home.split('"').find(|part| part.ends_with(".css")).unwrap();
    for path in ["/", "/account", "/account/sessions", "/api/session", "/login/status", style] {
        for from in [
            ("cross-site", "no-cors", "image"),
            ("cross-site", "no-cors", "script"),
            ("cross-site", "cors", "empty"),
            ("cross-site", "navigate", "iframe"),
            ("cross-site", "navigate", "object"),
            ("cross-site", "nested-navigate", "document"),
            ("same-site", "no-cors", "style"),
            ("same-site", "navigate", "embed"),
            ("same-site", "websocket", "websocket"),
            ("made-up", "made-up", "made-up"),
        ] {
            let answer = get(&visitor, path, from).await;
            assert_eq!(answer.status, 403, "{path} {from:?}");
            assert!(answer.body.contains("cross_site"), "{path} {from:?}");
            assert!(!answer.body.contains("ana@acme.test"), "{path} {from:?}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
}

#[actix_web::test]
async fn user_who_follows_a_link_from_another_site_sees_the_page() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    for from in [VISIT, ("same-site", "navigate", "document"), ("none", "navigate", "document")] {
        assert_eq!(get(&visitor, "/", from).await.status, 200, "{from:?}");
        assert_eq!(get(&visitor, "/login?return_to=/x", from).await.status, 200, "{from:?}");
    }
    let script = ("same-origin", "no-cors", "script");
    assert_eq!(
        get(&visitor, "/login", script).await.status,
        200,
        "our own pages may load anything"
    );
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let path = callback.strip_prefix(&app.origin).unwrap();
    assert_eq!(get(&visitor, path, VISIT).await.location(), "/account");
    assert_eq!(
        get(&visitor, "/account", VISIT).await.status,
        200,
        "the redirect is cross-site too"
    );
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn link_in_an_email_opens_from_webmail() {
    let app = TestApp::with_own_mail(&[]).await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let link = app.workos.newest_link("ana@acme.test").await;
    let path = link.strip_prefix(&app.origin).unwrap();
    assert_eq!(get(&visitor, path, VISIT).await.status, 200);
    assert_eq!(get(&visitor, &path.replace("open", "cancel"), VISIT).await.status, 200);
}

#[actix_web::test]
async fn prefetch_does_not_redeem_the_code() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let path = callback.strip_prefix(&app.origin).unwrap();
    for path in [path, &path.replace("/callback", "/%63allback")] {
        for header in PREFETCHES {
            for site in
                [None, Some("none"), Some("same-origin"), Some("same-site"), Some("cross-site")]
            {
                let answer = prefetch(&visitor, path, header, site).await;
                assert_error(&answer, 403, "cross_site");
                assert!(!answer.headers.contains_key("set-cookie"), "{header:?} {site:?}");
            }
        }
    }
    assert_eq!(app.workos.calls_of("/sso/token").await, 0);
    assert_eq!(
        get(&visitor, path, VISIT).await.location(),
        "/account",
        "the code was not redeemed by a prefetch"
    );
}

#[actix_web::test]
async fn prefetched_page_has_a_button_that_continues() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let path = callback.strip_prefix(&app.origin).unwrap();
    let answer =
        prefetch(&visitor, path, ("Sec-Purpose", "prefetch;prerender"), Some("none")).await;
    // The button leads to the same URL, without the code in the page.
    assert!(answer.body.contains("<a class=\"button\" href=\"\">"), "{}", answer.body);
    let code = path.split_once("code=").unwrap().1.split('&').next().unwrap();
    assert!(!answer.body.contains(code));
    let press = ("same-origin", "navigate", "document");
    assert_eq!(get(&visitor, path, press).await.location(), "/account");
}

#[actix_web::test]
async fn other_pages_may_be_prefetched_but_not_by_other_sites() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    for header in PREFETCHES {
        for path in ["/", "/login"] {
            for site in [None, Some("none"), Some("same-origin")] {
                let answer = prefetch(&visitor, path, header, site).await;
                assert_eq!(answer.status, 200, "{path} {header:?} {site:?}");
            }
            let answer = prefetch(&visitor, path, header, Some("cross-site")).await;
            assert_error(&answer, 403, "cross_site");
        }
    }
}

#[actix_web::test]
async fn read_with_a_contradicting_origin_is_refused() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    for (site, origin, status) in [
        ("same-origin", "https://evil.test", 403),
        ("none", "https://evil.test", 403),
        ("same-origin", "null", 200),
        ("same-origin", app.origin.as_str(), 200),
    ] {
        let request = visitor.request(Method::GET, "/api/session").header("Origin", origin);
        let request = request.header("Sec-Fetch-Site", site).header("Sec-Fetch-Mode", "cors");
        let answer = visitor.send(request.header("Sec-Fetch-Dest", "empty")).await;
        assert_eq!(answer.status, status, "{site} {origin}");
    }
}

#[actix_web::test]
async fn requests_without_fetch_metadata_are_served() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    for path in ["/", "/account", "/api/session", "/health/live"] {
        assert_eq!(visitor.get(path).await.status, 200, "{path}");
    }
    let image = ("cross-site", "no-cors", "image");
    assert_eq!(get(&visitor, "/health/ready", image).await.body, "ok\n");
}

#[actix_web::test]
async fn responses_have_no_cors_headers() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    for (method, path) in [
        (Method::OPTIONS, "/api/session"),
        (Method::GET, "/api/session"),
        (Method::OPTIONS, "/login"),
    ] {
        let request = visitor.request(method.clone(), path).header("Origin", "https://evil.test");
        let request = request.header("Access-Control-Request-Method", "POST");
        let answer = visitor.send(request).await;
        let is_cors =
            |name: &reqwest::header::HeaderName| name.as_str().starts_with("access-control");
        assert!(!answer.headers.keys().any(is_cors), "{method} {path}");
        assert!(method == Method::GET || answer.status == 405, "{method} {path}");
    }
}
