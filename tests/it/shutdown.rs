//! Shutdown: the program reports that it isn't ready, finishes requests in progress, and exits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::rt;
use serde_json::json;
use test_support::{Site, Visitor, http};

/// Waits until this many requests are in progress.
async fn until_under_way(site: &Site, requests: f64) {
    site.until(|scrape| scrape.value("http_requests_under_way", &[]) >= requests).await;
}

/// Requests a link while WorkOS is slow.
async fn slow_request(site: &Site, delay_ms: u64) -> rt::task::JoinHandle<u16> {
    let delay = json!({ "delay_ms": delay_ms, "count": 1 });
    site.workos.fail("/passwordless/sessions", delay).await;
    let visitor = Visitor::new(&site.origin);
    let requested = rt::spawn(async move {
        visitor.post("/login", &[("email", "ana@acme.test")]).await.status.as_u16()
    });
    until_under_way(site, 1.0).await;
    requested
}

async fn is_ready(site: &Site) -> u16 {
    // Use a new connection each time, like a load balancer does.
    http().get(format!("{}/health/ready", site.origin)).send().await.unwrap().status().as_u16()
}

async fn until_not_ready(site: &Site) {
    let begun = Instant::now();
    while is_ready(site).await == 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it still reports that it is ready");
    }
}

#[actix_web::test]
async fn reports_not_ready_while_it_still_serves() {
    let site = Site::start(&[("SHUTDOWN_DRAIN", "2s")]).await;
    let visitor = site.signed_in("ana@acme.test").await;
    assert_eq!(is_ready(&site).await, 200);
    let started = Instant::now();
    site.program.signal("TERM").await;
    until_not_ready(&site).await;
    assert_eq!(is_ready(&site).await, 503);
    let answer = visitor.get("/account").await;
    assert_eq!((answer.status.as_u16(), answer.header("connection")), (200, "close"));
    assert_eq!(visitor.get("/health/live").await.status, 200);
    let (code, log) = site.program.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
}

#[actix_web::test]
async fn shutdown_waits_only_for_requests_in_progress() {
    for signal in ["TERM", "INT"] {
        let site = Site::start(&[]).await;
        let requested = slow_request(&site, 1_500).await;
        site.program.signal(signal).await;
        assert_eq!(requested.await.unwrap(), 303, "{signal}");
        let answered = Instant::now();
        assert_eq!(site.program.ended().await.0, Some(0));
        assert!(answered.elapsed() < Duration::from_secs(3), "{:?}", answered.elapsed());
    }
}

#[actix_web::test]
async fn shutdown_completes_a_sign_in_after_its_client_disconnected() {
    let site = Site::start(&[]).await;
    let visitor = site.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = site.workos.follow_newest_link("ana@acme.test").await;
    let delay = json!({ "delay_ms": 1500, "count": 1 });
    site.workos.fail("/sso/token", delay).await;
    let path = &callback[callback.find("/callback").unwrap()..];
    let leaving = visitor.request(reqwest::Method::GET, path);
    let leaving = leaving.header("Cookie", visitor.cookie_header());
    let stopped = leaving.timeout(Duration::from_millis(100)).send().await;
    assert!(stopped.unwrap_err().is_timeout());
    until_under_way_is_over(&site).await;
    site.program.signal("TERM").await;
    let (code, log) = site.program.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("signed_in"), "{log}");
}

/// Waits until the program has noticed that the client disconnected.
async fn until_under_way_is_over(site: &Site) {
    site.until(|scrape| scrape.value("http_requests_under_way", &[]) == 0.0).await;
}

#[actix_web::test]
async fn idle_connections_do_not_delay_shutdown() {
    for settings in [&[][..], &[("TLS", "self-signed")]] {
        let site = Site::start(settings).await;
        let idle = http();
        let answer = idle.get(format!("{}/login", site.origin)).send().await.unwrap();
        answer.bytes().await.unwrap();
        let started = Instant::now();
        assert_eq!(site.program.terminate().await.0, Some(0));
        assert!(
            started.elapsed() < Duration::from_secs(3),
            "{settings:?}: {:?}",
            started.elapsed()
        );
        drop(idle);
    }
}

#[actix_web::test]
async fn second_signal_stops_immediately() {
    for (drain, second) in [("0s", "TERM"), ("60s", "INT")] {
        let site = Site::start(&[("SHUTDOWN_DRAIN", drain)]).await;
        let requested = slow_request(&site, 4_000).await;
        let started = Instant::now();
        site.program.signal("TERM").await;
        if drain == "60s" {
            until_not_ready(&site).await;
        } else {
            // Two signals in quick succession would count as one.
            while http().get(&site.origin).send().await.is_ok() {}
        }
        site.program.signal(second).await;
        let (code, _) = site.program.ended().await;
        assert_eq!(code, Some(1), "an aborted request is a failure");
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        requested.abort();
    }
}

/// Sends requests as a load balancer does: until the instance reports that it isn't ready.
#[actix_web::test]
async fn shutdown_under_load_fails_no_request() {
    for tls in ["off", "self-signed"] {
        let site = Site::start(&[("SHUTDOWN_DRAIN", "2s"), ("TLS", tls)]).await;
        let (is_in_service, answered) =
            (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let visitors: Vec<_> = (0..16)
            .map(|number| {
                let (is_in_service, answered) = (is_in_service.clone(), answered.clone());
                let url = format!("{}/login", site.origin);
                rt::spawn(async move {
                    let kept_alive = http();
                    while is_in_service.load(Ordering::SeqCst) {
                        // Half of them open a new connection for each request.
                        let http = if number % 2 == 0 { kept_alive.clone() } else { http() };
                        let answer = http.get(&url).send().await.expect("a request failed");
                        assert_eq!(answer.status(), 200);
                        answer.bytes().await.expect("a response was truncated");
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        site.until(|_| answered.load(Ordering::SeqCst) > 200).await;
        site.program.signal("TERM").await;
        let before = answered.load(Ordering::SeqCst);
        until_not_ready(&site).await;
        is_in_service.store(false, Ordering::SeqCst);
        for visitor in visitors {
            visitor.await.expect("a visitor saw a failure");
        }
        assert!(answered.load(Ordering::SeqCst) > before, "it kept serving");
        assert_eq!(site.program.ended().await.0, Some(0));
    }
}
