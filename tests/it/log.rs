//! A log that can't be written never blocks a request.

use std::io::Read;
use std::process::Stdio;

use test_support::{Site, http};

/// The most verbose level, which fills the queue of the log quickly.
const VERBOSE: (&str, &str) = ("RUST_LOG", "trace");

#[actix_web::test]
async fn unread_log_blocks_no_request_and_lost_lines_are_counted() {
    let (unread, full) = std::io::pipe().unwrap();
    let site = Site::start_with(&[VERBOSE], |command| {
        command.stderr(Stdio::from(full));
    })
    .await;
    let http = http();
    let mut requests = 0;
    while site.scrape().await.value("log_lines_lost_total", &[]) == 0.0 {
        for _ in 0..200 {
            let answer = http.get(format!("{}/login", site.origin)).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            requests += 1;
        }
        assert!(requests < 20_000, "the log is never full");
    }
    site.signed_in("ana@acme.test").await;
    let lost = site.scrape().await.value("log_lines_lost_total", &[]);
    assert!(lost > 100.0, "{lost}");
    // The program ends although no line has been read.
    assert_eq!(site.program.terminate().await.0, Some(0));
    let mut said = String::new();
    { unread }.read_to_string(&mut said).unwrap();
    assert!(said.len() > 10_000, "the pipe was full");
}

#[actix_web::test]
async fn closed_log_blocks_nothing_and_lost_lines_are_counted() {
    let (gone, closed) = std::io::pipe().unwrap();
    let site = Site::start_with(&[], |command| {
        command.stderr(Stdio::from(closed));
    })
    .await;
    drop(gone);
    site.signed_in("ana@acme.test").await;
    site.until(|scrape| scrape.value("log_lines_lost_total", &[]) > 5.0).await;
    assert_eq!(site.program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn request_line_has_the_method_route_status_and_id() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let answer = site.visitor().get("/static/canary?canary=1").await;
    let id = answer.header("x-request-id").to_owned();
    let log = site.log().await;
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let lines: Vec<_> = lines.filter(|line| line["span"]["id"] == id.as_str()).collect();
    let answered =
        lines.iter().find(|line| line["fields"]["message"] == "request handled").unwrap();
    assert_eq!(answered["span"]["method"], "GET");
    assert_eq!(answered["fields"]["route"], "/static/{name}");
    assert_eq!(answered["fields"]["status"], 404);
    assert!(!log.contains("canary"), "{log}");
}
