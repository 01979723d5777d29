//! The metrics of requests, as served to Prometheus.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpMessage, HttpRequest, rt, web};
use web_observability::{Recorder, RequestId, record_requests};

async fn id(request: HttpRequest) -> String {
    request.extensions().get().map(RequestId::to_string).unwrap()
}

fn scrape(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

// A single test, because a process has only one recorder.
#[actix_web::test]
async fn requests_are_measured_by_route_and_named_by_an_id() {
    let recorder = Recorder::install([("upstream_seconds", &[0.1, 1.0][..])]).unwrap();
    assert!(Recorder::install([]).is_err(), "there is a recorder already");

    let site = App::new().route("/items/{token}", web::get().to(id)).wrap(from_fn(record_requests));
    let site = init_service(site).await;
    let mut ids = Vec::new();
    for token in ["secret-1", "secret-2"] {
        let request = TestRequest::with_uri(&format!("/items/{token}?query=secret-3"));
        let response = call_service(&site, request.to_request()).await;
        let header = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
        assert_eq!(header.len(), 16);
        assert_eq!(read_body(response).await, header);
        ids.push(header);
    }
    assert_ne!(ids[0], ids[1]);
    let made_up = TestRequest::with_uri("/absent").method(Method::from_bytes(b"SECRET").unwrap());
    assert_eq!(call_service(&site, made_up.to_request()).await.status(), 404);
    metrics::histogram!("upstream_seconds").record(0.5);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let update = || async || metrics::gauge!("updated").increment(1);
    let server = recorder.serve(listener, update).unwrap();
    let handle = server.handle();
    rt::spawn(server);
    let scraped = web::block(move || [scrape(address), scrape(address)]).await.unwrap();
    handle.stop(true).await;
    let response = &scraped[1];
    for line in [
        "content-type: text/plain; version=0.0.4; charset=utf-8\r",
        "cache-control: no-store\r",
        "http_requests_total{method=\"GET\",route=\"/items/{token}\",status=\"200\"} 2",
        "http_requests_total{method=\"other\",route=\"none\",status=\"404\"} 1",
        "http_request_duration_seconds_count{method=\"GET\",route=\"/items/{token}\"} 2",
        "upstream_seconds_bucket{le=\"1\"} 1",
        "log_lines_lost_total 0",
        "updated 2",
    ] {
        assert!(
            response.lines().any(|found| format!("{found}\r").starts_with(line)),
            "{line}: {response}"
        );
    }
    assert!(!response.to_lowercase().contains("secret"), "{response}");
}
