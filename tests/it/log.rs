//! The log never holds a request.

use std::io::Read;
use std::process::Stdio;

use crate::emulator::http;
use crate::site::Site;

/// The most talkative, so that what waits to be written is soon too much.
const TALKATIVE: (&str, &str) = ("RUST_LOG", "trace");

#[actix_web::test]
async fn a_reader_who_reads_nothing_holds_no_request_and_what_is_lost_is_counted() {
    let (unread, full) = std::io::pipe().unwrap();
    let site = Site::start_with(&[TALKATIVE], |command| {
        command.stderr(Stdio::from(full));
    })
    .await;
    let http = http();
    let mut asked = 0;
    while site.scrape().await.value("log_lines_lost_total", &[]) == 0.0 {
        for _ in 0..200 {
            let answer = http.get(format!("{}/login", site.origin)).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            asked += 1;
        }
        assert!(asked < 20_000, "the log is never full");
    }
    site.signed_in("ana@acme.test").await;
    let lost = site.scrape().await.value("log_lines_lost_total", &[]);
    assert!(lost > 100.0, "{lost}");
    // And it ends, though nobody has read a line.
    assert_eq!(site.program.terminate().await.0, Some(0));
    let mut said = String::new();
    { unread }.read_to_string(&mut said).unwrap();
    assert!(said.len() > 10_000, "the pipe was full");
}

#[actix_web::test]
async fn a_reader_who_is_gone_stops_nothing_and_what_is_lost_is_counted() {
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
async fn the_line_of_a_request_has_its_method_pattern_status_and_id() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let answer = site.visitor().get("/static/canary?canary=1").await;
    let id = answer.header("x-request-id").to_owned();
    let log = site.log().await;
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let lines: Vec<_> = lines.filter(|line| line["span"]["id"] == id.as_str()).collect();
    let answered = lines.iter().find(|line| line["fields"]["message"] == "answered").unwrap();
    assert_eq!(answered["span"]["method"], "GET");
    assert_eq!(answered["fields"]["route"], "/static/{name}");
    assert_eq!(answered["fields"]["status"], 404);
    assert!(!log.contains("canary"), "{log}");
}
