//! Unusual spellings of paths and unusual methods never return content or an internal error.

use test_support::TestApp;

use crate::raw::{header, request, statuses};

#[actix_web::test]
async fn nonstandard_spellings_of_a_path_reach_no_page() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let cookie = format!("Cookie: {}\r\n", visitor.cookie_header());
    for path in [
        "/account/",
        "//account",
        "/account//",
        "/./account",
        "/account/.",
        "/login/../account",
        "/%2e/account",
        "/login/%2e%2e/account",
        "/login/..%2faccount",
        "/account%2f",
        "/%2faccount",
        "/account%00",
        "/account%0a",
        "/account%20",
        "/account;x=1",
        "/account.html",
        "/ACCOUNT",
        "/account%23",
        "/account%3f",
        "/account\\",
        "/\\account",
        "/%5caccount",
        "/account/sessions/",
        "/account%2fsessions",
        "/login%2f",
        "/login%2Fsent",
        "/static/..%2f..%2f.env",
        "/static/%2e%2e/%2e%2e/.env",
        "/static/.",
        "/static//app.css",
        "/.git/config",
        "/.env",
        "/%c0%af",
        "/%ff",
        "/%",
        "/%zz",
        "/account%",
        "/%25%36%31ccount",
        "/\u{30a}",
    ] {
        let answer = request(&app.origin, &format!("GET {path}"), &cookie).await;
        assert!([vec![404], vec![400]].contains(&statuses(&answer)), "{path}: {answer}");
        assert!(!answer.contains("ana@acme.test"), "{path}");
    }
}

/// actix-web decodes unreserved characters before it matches a route. Both spellings are therefore
/// the same page with the same checks, because handlers check limits and sessions, not paths.
#[actix_web::test]
async fn percent_encoded_path_is_decoded_before_routing() {
    let app = TestApp::spawn().await;
    let stranger = request(&app.origin, "GET /%61ccount", "").await;
    assert_eq!(statuses(&stranger), [303]);
    assert_eq!(header(&stranger, "location"), Some("/login?return_to=%2F%2561ccount"));
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
    assert_eq!(statuses(&request(&app.origin, "POST /%6cogin", form).await), [403]);
    assert_eq!(
        statuses(&request(&app.origin, "POST /%6c%6f%67%6fut", "Origin: null\r\n").await),
        [403]
    );
}

#[actix_web::test]
async fn unsupported_methods_are_rejected() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let headers = format!("Sec-Fetch-Site: same-origin\r\nCookie: {}\r\n", visitor.cookie_header());
    let calls = app.workos.calls().await.len();
    for method in [
        "TRACE",
        "CONNECT",
        "OPTIONS",
        "PUT",
        "DELETE",
        "PATCH",
        "get",
        "Post",
        "post",
        "BREW",
        "PROPFIND",
        "GETT",
        "X-HTTP-Method",
    ] {
        for path in
            ["/", "/login", "/account", "/logout", "/login/finish", "/callback", "/health/live"]
        {
            let answer = request(&app.origin, &format!("{method} {path}"), &headers).await;
            assert_eq!(statuses(&answer), [405], "{method} {path}: {answer}");
            assert!(answer.contains("method_not_allowed"), "{method} {path}");
            assert!(header(&answer, "allow").is_some(), "{method} {path}");
            assert!(
                !answer.contains(&visitor.cookie_header()),
                "the response contains the request: {method}"
            );
        }
    }
    assert_eq!(statuses(&request(&app.origin, "OPTIONS *", "").await), [404]);
    assert_eq!(statuses(&request(&app.origin, "G(ET /", "").await), [400]);
    assert!(visitor.is_signed_in().await);
    assert_eq!(app.workos.calls().await.len(), calls);
}

#[actix_web::test]
async fn headers_and_parameters_cannot_override_the_method() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let cookie = format!(
        "Cookie: {}\r\nX-HTTP-Method-Override: POST\r\nX-Method-Override: POST\r\n",
        visitor.cookie_header()
    );
    for path in ["/logout", "/logout?_method=POST", "/account/sessions/revoke-all?_method=POST"] {
        assert_eq!(statuses(&request(&app.origin, &format!("GET {path}"), &cookie).await), [405]);
    }
    assert!(visitor.is_signed_in().await);
}

#[actix_web::test]
async fn unsupported_http_versions_are_rejected() {
    let app = TestApp::spawn().await;
    let host = app.origin.split_once("//").unwrap().1;
    for line in ["GET /", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / http/1.1"] {
        let bytes = format!("{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = crate::raw::exchange(&app.origin, bytes.as_bytes()).await;
        assert_eq!(statuses(&answer), [400], "{line}: {answer}");
    }
}
