//! Properties of every request and every response.

use reqwest::Method;
use test_support::{Answer, TestApp, Visitor, assert_error};

/// Returns a response of each kind: pages, redirects, rejections, failures, assets, health.
async fn one_of_each(app: &TestApp, visitor: &Visitor) -> Vec<(&'static str, Answer)> {
    let mut answers = Vec::new();
    for path in [
        "/",
        "/login",
        "/login/sent",
        "/account",
        "/api/session",
        "/callback",
        "/none",
        "/health/live",
    ] {
        answers.push((path, visitor.get(path).await));
    }
    answers.push((
        "405",
        visitor
            .send(visitor.request(Method::PUT, "/account").header("Sec-Fetch-Site", "same-origin"))
            .await,
    ));
    answers.push(("cross-site", visitor.send(visitor.request(Method::POST, "/logout")).await));
    answers.push(("422", visitor.post("/login", &[("email", "no")]).await));
    answers.push(("413", visitor.post("/login", &[("email", &"a".repeat(20_000))]).await));
    answers
        .push(("wrong host", Visitor::new("http://evil.test").through(&app.origin).get("/").await));
    answers.push(("400", visitor.get("/login?return_to=a&return_to=b").await));
    answers
}

#[actix_web::test]
async fn every_response_has_the_security_headers() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    let mut answers = one_of_each(&app, &app.visitor()).await;
    answers.extend(one_of_each(&app, &visitor).await);
    app.database().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    answers.push(("store down", visitor.get("/account").await));
    for (what, answer) in answers {
        let csp = answer.header("content-security-policy");
        assert!(
            csp.starts_with("default-src 'none'") && csp.contains("frame-ancestors 'none'"),
            "{what}"
        );
        assert!(!csp.contains("unsafe"), "{what}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {what}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
        assert!(answer.header("x-request-id").len() == 16, "{what}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{what}");
        assert!(
            !answer.headers.contains_key("strict-transport-security"),
            "sent on loopback: {what}"
        );
        if !answer.body.is_empty() {
            assert!(!answer.header("content-type").is_empty(), "{what}");
        }
    }
}

#[actix_web::test]
async fn strict_transport_security_is_sent_under_a_public_name() {
    let key = workos_magic_link::sealed::generate_cookie_key().unwrap();
    let app =
        TestApp::with(&[("BASE_URL", "https://app.example.com"), ("COOKIE_KEYS", &key)]).await;
    let with_port = Visitor::new("https://app.example.com:443").through(&app.origin);
    assert_eq!(with_port.get("/").await.status, 200, "the same name, written with its port");
    let visitor = Visitor::new("https://app.example.com").through(&app.origin);
    for path in ["/", "/none", "/account"] {
        let answer = visitor.get(path).await;
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=63072000; includeSubDomains"
        );
    }
}

#[actix_web::test]
async fn every_failure_is_a_page_or_a_problem_document() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    assert_error(&visitor.get("/none").await, 404, "not_found");
    assert_error(&visitor.get("/login?return_to=a&return_to=b").await, 400, "bad_request");
    let put = visitor.request(Method::PUT, "/account").header("Sec-Fetch-Site", "same-origin");
    let answer = visitor.send(put).await;
    assert_error(&answer, 405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, HEAD");
    for (path, status, code) in [("/none", 404, "not_found"), ("/callback", 400, "bad_request")] {
        let answer = visitor.get_json(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (status, "application/problem+json")
        );
        let problem = answer.json();
        assert_eq!(
            (problem["code"].as_str(), problem["status"].as_u64()),
            (Some(code), Some(status.into()))
        );
        assert!(problem["title"].is_string() && problem["type"].is_string());
    }
}

#[actix_web::test]
async fn cross_site_writes_are_rejected() {
    let app = TestApp::spawn().await;
    let origin = app.origin.clone();
    let (other_scheme, other_port) = (origin.replace("http:", "https:"), format!("{origin}1"));
    let with_dot = origin.replace("127.0.0.1", "127.0.0.1.");
    let cases: [(&[(&str, &str)], bool); 23] = [
        (&[("Sec-Fetch-Site", "same-origin")], true),
        (&[("Sec-Fetch-Site", "none")], true),
        (&[("Origin", &origin)], true),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], true),
        (&[("Sec-Fetch-Site", "same-site"), ("Origin", &origin)], false),
        (&[("Sec-Fetch-Site", "cross-site"), ("Origin", &origin)], false),
        (&[("Origin", "https://evil.test")], false),
        (&[("Origin", "null")], false),
        (&[("Referer", &origin)], false),
        (&[], false),
        // Browsers never send these together, so one of the two headers is forged.
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.test")], false),
        (&[("Sec-Fetch-Site", "none"), ("Origin", "https://evil.test")], false),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", &other_scheme)], false),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", &other_port)], false),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", &with_dot)], false),
        (&[("Sec-Fetch-Site", "none"), ("Origin", &origin.to_uppercase())], false),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", "")], false),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", &origin)], true),
        (&[("Sec-Fetch-Site", "none"), ("Origin", "null")], true),
        (&[("Sec-Fetch-Site", "cross-site"), ("Origin", "null")], false),
        (&[("Origin", &origin), ("Origin", "https://evil.test")], false),
        (&[("Origin", "null"), ("Origin", &origin)], false),
        (
            &[
                ("Sec-Fetch-Site", "same-origin"),
                ("Origin", "null"),
                ("Origin", "https://evil.test"),
            ],
            false,
        ),
    ];
    for (headers, accepted) in cases {
        let visitor = app.visitor();
        let mut request =
            visitor.request(Method::POST, "/login").form(&[("email", "ana@acme.test")]);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let before = app.workos.calls().await.len();
        let answer = visitor.send(request).await;
        if accepted {
            assert_eq!(answer.status, 303, "{headers:?}");
        } else {
            assert_error(&answer, 403, "cross_site");
            assert_eq!(app.workos.calls().await.len(), before, "{headers:?}");
        }
    }
}

#[actix_web::test]
async fn only_the_configured_host_is_served() {
    let app = TestApp::spawn().await;
    for host in ["evil.test", "127.0.0.1", "localhost", "127.0.0.1:1", "evil.test#127.0.0.1"] {
        let visitor = Visitor::new(&format!("http://{host}")).through(&app.origin);
        assert_error(&visitor.get("/login").await, 421, "wrong_host");
    }
}

#[actix_web::test]
async fn links_never_contain_a_host_from_the_request() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let request = visitor
        .request(Method::POST, "/login")
        .header("Sec-Fetch-Site", "same-origin")
        .header("X-Forwarded-Host", "evil.test")
        .header("X-Forwarded-Proto", "gopher")
        .header("Forwarded", "host=evil.test")
        .form(&[("email", "ana@acme.test")]);
    let answer = visitor.send(request).await;
    assert!(answer.location().starts_with("/login/sent"));
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert!(callback.starts_with(&format!("{}/callback?", app.origin)), "{callback}");
}

#[actix_web::test]
async fn get_and_head_change_nothing() {
    let app = TestApp::spawn().await;
    let visitor = app.signed_in("ana@acme.test").await;
    for path in ["/", "/login", "/account", "/api/session", "/health/live", "/health/ready"] {
        let get = visitor.get(path).await;
        let head = visitor.send(visitor.request(Method::HEAD, path)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty());
    }
    // A GET of the callback completes a sign-in; a HEAD must not.
    let head = visitor.send(visitor.request(Method::HEAD, "/callback")).await;
    assert_eq!((head.status.as_u16(), head.header("allow")), (405, "GET"));
    assert!(visitor.is_signed_in().await);
}
