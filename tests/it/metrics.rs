//! `METRICS_BIND_ADDRESS`: the metrics for Prometheus.

use std::process::Command;

use serde_json::json;
use test_support::{Site, TestApp, assert_error, http};

#[actix_web::test]
async fn metrics_are_served_on_their_own_listener_only() {
    let site = Site::start(&[]).await;
    assert_error(&site.visitor().get("/metrics").await, 404, "not_found");
    let origin = format!("http://{}", site.metrics);
    let metrics = http().get(format!("{origin}/metrics")).send().await.unwrap();
    assert_eq!(metrics.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    for path in ["/", "/login", "/account", "/health/live", "/metrics/"] {
        let answer = http().get(format!("{origin}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[actix_web::test]
async fn metrics_are_off_by_default() {
    let app = TestApp::spawn().await;
    assert_error(&app.visitor().get("/metrics").await, 404, "not_found");
}

#[actix_web::test]
async fn request_labels_have_no_values_that_visitors_choose() {
    let site = Site::start(&[]).await;
    let visitor = site.visitor();
    for path in ["/login?canary=1", "/login", "/static/canary", "/canary", "/%63anary"] {
        visitor.get(path).await;
    }
    for method in ["CANARY", "PROPFIND"] {
        visitor.send(visitor.request(method.parse().unwrap(), "/login")).await;
    }
    let scrape = site.scrape().await;
    let requests = |method, route, status| {
        let labels = [("method", method), ("route", route), ("status", status)];
        scrape.value("http_requests_total", &labels)
    };
    assert_eq!(requests("GET", "/login", "200"), 2.0, "{}", scrape.0);
    assert_eq!(requests("GET", "/static/{name}", "404"), 1.0, "{}", scrape.0);
    assert_eq!(requests("GET", "none", "404"), 2.0, "{}", scrape.0);
    assert_eq!(requests("other", "/login", "403") + requests("other", "/login", "405"), 2.0);
    assert!(!scrape.0.to_lowercase().contains("canary"), "{}", scrape.0);
    let of_the_form = [("method", "GET"), ("route", "/login")];
    assert_eq!(scrape.value("http_request_duration_seconds_count", &of_the_form), 2.0);
    assert!(scrape.value("http_request_duration_seconds_sum", &of_the_form) > 0.0);
}

#[actix_web::test]
async fn sign_ins_are_counted_by_outcome_and_live_sessions_are_counted() {
    let site = Site::start(&[("ALLOWED_EMAIL_DOMAINS", "acme.test")]).await;
    let visitors = [site.signed_in("ana@acme.test").await, site.signed_in("bob@acme.test").await];
    site.visitor().post("/login", &[("email", "eve@evil.test")]).await;
    let scrape = site.scrape().await;
    for (event, times) in [("asked", 2.0), ("delivered", 2.0), ("opened", 2.0), ("signed_in", 2.0)]
    {
        assert_eq!(scrape.events(event, ""), times, "{event}: {}", scrape.0);
    }
    assert_eq!(scrape.events("refused", "not_allowed"), 1.0, "{}", scrape.0);
    assert_eq!(scrape.value("sessions_alive", &[]), 2.0, "{}", scrape.0);
    // The row of a revoked session is kept for the reason on the login page, but isn't counted.
    site.signed_in("ana@acme.test").await.post("/account/sessions/revoke-others", &[]).await;
    assert_eq!(site.scrape().await.value("sessions_alive", &[]), 2.0);
    visitors[1].post("/logout", &[]).await;
    let scrape = site.scrape().await;
    assert_eq!(scrape.value("sessions_alive", &[]), 1.0, "{}", scrape.0);
    assert_eq!(scrape.events("signed_out", ""), 1.0, "{}", scrape.0);
    assert!(!scrape.0.contains("acme"), "metrics contain an address: {}", scrape.0);
}

#[actix_web::test]
async fn calls_to_workos_and_their_failures_are_measured() {
    let site = Site::start(&[]).await;
    site.signed_in("ana@acme.test").await;
    let failures = [
        (json!({ "status": 502 }), "server_error"),
        (json!({ "status": 429 }), "rate_limited"),
        (json!({ "status": 401 }), "key_refused"),
        (json!({ "fault": "reset", "count": 2 }), "unreachable"),
        (json!({ "fault": "not_json" }), "unreadable"),
    ];
    for (failure, _) in &failures {
        let mut once = failure.clone();
        once["count"] = failure["count"].as_u64().unwrap_or(1).into();
        site.workos.fail("/passwordless/sessions", once).await;
        site.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    }
    let scrape = site.scrape().await;
    let labels = |call| [("upstream", "workos"), ("call", call)];
    for (call, times) in [
        ("create_passwordless_session", 6.0),
        ("send_passwordless_session", 1.0),
        ("exchange_code", 1.0),
    ] {
        let count = scrape.value("upstream_call_duration_seconds_count", &labels(call));
        assert_eq!(count, times, "{call}: {}", scrape.0);
    }
    for (_, why) in failures {
        let [upstream, call] = labels("create_passwordless_session");
        let failed = scrape.value("upstream_call_failures_total", &[upstream, call, ("why", why)]);
        assert_eq!(failed, 1.0, "{why}: {}", scrape.0);
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn unreachable_mail_server_is_counted() {
    let nowhere = format!("smtp://localhost:{}", test_support::free_port());
    let settings = [
        ("LINK_DELIVERY", "smtp"),
        ("SMTP_URL", nowhere.as_str()),
        ("MAIL_FROM", "login@example.test"),
    ];
    let site = Site::start(&settings).await;
    let answer = site.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 503, "mail_unavailable");
    let scrape = site.scrape().await;
    let labels = [("upstream", "mail"), ("call", "get_ready"), ("why", "unreachable")];
    assert_eq!(scrape.value("upstream_call_failures_total", &labels), 1.0, "{}", scrape.0);
}

#[actix_web::test]
async fn store_failures_are_counted() {
    let site = Site::start(&[]).await;
    let visitor = site.signed_in("ana@acme.test").await;
    let find = [("operation", "find")];
    let found = site.scrape().await.value("session_store_duration_seconds_count", &find);
    assert!(visitor.is_signed_in().await);
    let scrape = site.scrape().await;
    assert_eq!(scrape.value("session_store_duration_seconds_count", &find), found + 1.0);
    assert_eq!(scrape.value("session_store_failures_total", &find), 0.0);
    site.database().execute_batch("ALTER TABLE sessions RENAME TO away").unwrap();
    assert_error(&visitor.get("/account").await, 503, "store_unavailable");
    let scrape = site.scrape().await;
    assert_eq!(scrape.value("session_store_failures_total", &find), 1.0, "{}", scrape.0);
    assert!(
        scrape.value("sessions_alive", &[]).is_nan(),
        "the number of sessions is unknown: {}",
        scrape.0
    );
}

#[actix_web::test]
async fn metrics_have_the_running_version() {
    let site = Site::start(&[]).await;
    let version = Command::new(env!("CARGO_BIN_EXE_workos-magic-link")).arg("--version").output();
    let version = String::from_utf8(version.unwrap().stdout).unwrap();
    let scrape = site.scrape().await;
    let info = scrape.0.lines().find(|line| line.starts_with("build_info{")).unwrap().to_owned();
    let commit = info.split("commit=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(version.contains(commit) && commit.len() > 5, "{version} {info}");
    assert!(info.ends_with(" 1"), "{info}");
}
