//! `HTTP_BIND_ADDRESS`: plain HTTP only redirects to `BASE_URL`.

use test_support::{TestApp, free_port};
use workos_magic_link::sealed::generate_cookie_key;

use crate::raw::{exchange, header, request, statuses};

const SITE: &str = "https://app.example.com";

/// Returns an app with a public name, and the origin of its plain listener.
async fn app() -> (TestApp, String) {
    let (key, address) = (generate_cookie_key().unwrap(), format!("127.0.0.1:{}", free_port()));
    let settings =
        [("BASE_URL", SITE), ("COOKIE_KEYS", &key), ("HTTP_BIND_ADDRESS", address.as_str())];
    (TestApp::with(&settings).await, format!("http://{address}"))
}

#[actix_web::test]
async fn redirects_to_the_same_path_at_base_url() {
    let (_app, plain) = app().await;
    for path in ["/", "/login?return_to=/a%20b&x=1", "/account/", "//evil.test/", "/\\evil.test"] {
        for method in ["GET", "HEAD"] {
            let answer =
                request(&plain, &format!("{method} {path}"), "X-Forwarded-Host: evil\r\n").await;
            assert_eq!(statuses(&answer), [308], "{path}");
            assert_eq!(header(&answer, "location"), Some(format!("{SITE}{path}").as_str()));
        }
    }
}

#[actix_web::test]
async fn never_redirects_to_a_host_from_the_request() {
    let (_app, plain) = app().await;
    for target in
        ["http://evil.test/", "@evil.test", ".evil.test", "*", ".evil.test/", "evil.test:1"]
    {
        let bytes =
            format!("GET {target} HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n");
        let answer = exchange(&plain, bytes.as_bytes()).await;
        let location = header(&answer, "location");
        let leads_home = location.is_some_and(|to| to == format!("{SITE}/"));
        assert!(leads_home || (location.is_none() && statuses(&answer) == [400]), "{answer}");
        assert!(!answer.contains("evil"), "{answer}");
    }
}

#[actix_web::test]
async fn only_get_and_head_are_allowed() {
    let (app, plain) = app().await;
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "BREW"] {
        let answer = request(&plain, &format!("{method} /login"), "Content-Length: 0\r\n").await;
        assert_eq!(statuses(&answer), [405], "{method}");
        assert_eq!(header(&answer, "allow"), Some("GET, HEAD"));
        assert_eq!(header(&answer, "location"), None);
    }
    assert!(app.workos.calls().await.is_empty());
}

#[actix_web::test]
async fn connections_with_unfinished_bodies_are_closed() {
    let (_app, plain) = app().await;
    for (line, headers) in [
        ("POST /login", "Transfer-Encoding: chunked\r\n\r\n5\r\nemail\r\n"),
        ("POST /login", "Content-Length: 100\r\n\r\nemail"),
        ("GET /login", "Transfer-Encoding: chunked\r\n\r\n5\r\nemail\r\n"),
    ] {
        // The connection is closed, though the body isn't complete.
        let bytes = format!("{line} HTTP/1.1\r\nHost: x\r\n{headers}");
        let answer = exchange(&plain, bytes.as_bytes()).await;
        assert_eq!(statuses(&answer).len(), 1, "{answer}");
    }
}

#[actix_web::test]
async fn sets_no_cookie_and_forbids_caching() {
    let (_app, plain) = app().await;
    for line in ["GET /account", "POST /login"] {
        let answer = request(&plain, line, "Cookie: __Host-session=x\r\n").await;
        assert_eq!(header(&answer, "set-cookie"), None);
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
        assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"));
        assert!(header(&answer, "content-security-policy").unwrap().contains("script-src 'none'"));
        assert_eq!(header(&answer, "strict-transport-security"), None, "RFC 6797, 7.2");
    }
}

#[actix_web::test]
async fn plain_listener_stops_with_the_server() {
    let (app, plain) = app().await;
    let _app = app.restarted_with(&[("HTTP_BIND_ADDRESS", "")]).await;
    let address = plain.split_once("//").unwrap().1;
    assert!(std::net::TcpStream::connect(address).is_err(), "the listener is still open");
}
