//! A panic in a handler becomes an error response, and the process continues.

use std::net::TcpListener;

use actix_web::middleware::from_fn;
use actix_web::{App, FromRequest, HttpRequest, HttpServer, dev, web};
use test_support::TestApp;
use workos_magic_link::error;

use crate::raw::{request, statuses};

/// An extractor that panics.
struct Broken;

impl FromRequest for Broken {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(_: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        panic!("an extractor")
    }
}

async fn at_once() -> &'static str {
    panic!("a handler")
}

async fn later() -> &'static str {
    tokio::task::yield_now().await;
    panic!("a handler after an await")
}

async fn never(_: Broken) -> &'static str {
    "never"
}

async fn well() -> &'static str {
    "well"
}

#[actix_web::test]
async fn panic_is_an_internal_error_and_other_requests_succeed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let app = || {
        App::new()
            .service(web::resource("/at-once").wrap(from_fn(error::panics)).get(at_once))
            .service(web::resource("/later").wrap(from_fn(error::panics)).get(later))
            .service(web::resource("/extractor").wrap(from_fn(error::panics)).get(never))
            .service(web::resource("/well").wrap(from_fn(error::panics)).get(well))
    };
    let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
    actix_web::rt::spawn(server);
    for _ in 0..3 {
        for path in ["/at-once", "/later", "/extractor"] {
            let answer = request(&origin, &format!("GET {path}"), "").await;
            assert_eq!(statuses(&answer), [500], "{path}");
            assert!(!answer.contains("handler") && !answer.contains(".rs"), "{answer}");
        }
        assert_eq!(
            statuses(&request(&origin, "GET /well", "").await),
            [200],
            "the only worker still serves"
        );
    }
}

/// The middleware turns a panic into a `Failure` of the same kind as this one.
#[actix_web::test]
async fn internal_error_page_has_headers_and_a_request_id() {
    let app = TestApp::with(&[("WORKOS_API_KEY", "sk_wrong")]).await;
    let answer = app.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    test_support::assert_error(&answer, 500, "internal");
    assert!(answer.body.contains(answer.header("x-request-id")), "{}", answer.body);
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[test]
fn every_route_handles_panics() {
    let routes = include_str!("../../src/routes/mod.rs");
    let services: Vec<_> = routes.split(".service(").skip(1).collect();
    assert!(services.len() > 15, "the routes are found");
    for service in services {
        let guarded = service.starts_with("plain(") || service.starts_with("with_session(");
        assert!(guarded, "{service}");
    }
    assert_eq!(routes.matches("resource.wrap(from_fn(error::panics))").count(), 2);
}
