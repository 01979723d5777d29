//! The metrics, scraped by a real Prometheus. On Debian, this needs `apt-get install
//! --no-install-recommends prometheus`, which includes `promtool`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and has no public API"
)]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{Site, free_port, http};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// Starts a site, and causes every event that the metrics count.
async fn site_with_events() -> Site {
    let site = Site::start(&[]).await;
    let ana = site.signed_in("ana@acme.test").await;
    site.signed_in("bob@acme.test").await;
    ana.post("/logout", &[]).await;
    site.visitor().post("/login", &[("email", "no address")]).await;
    site.workos.fail("/passwordless/sessions", json!({ "status": 500, "count": 1 })).await;
    site.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    site.database().execute_batch("ALTER TABLE claims RENAME TO away").unwrap();
    let visitor = site.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    visitor.get(&site.workos.follow_newest_link("ana@acme.test").await).await;
    site.database().execute_batch("ALTER TABLE away RENAME TO claims").unwrap();
    site
}

#[actix_web::test]
async fn promtool_accepts_the_metrics() {
    let scrape = site_with_events().await.scrape().await;
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = promtool.stdin.take().unwrap();
    input.write_all(scrape.0.as_bytes()).await.unwrap();
    drop(input);
    let output = promtool.wait_with_output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

#[actix_web::test]
async fn prometheus_scrapes_the_recorded_events() {
    let site = site_with_events().await;
    let folder = tempfile::tempdir().unwrap();
    let (_prometheus, api) = prometheus(folder.path(), &site.metrics).await;
    for (query, expected) in [
        ("up", "1"),
        ("sessions_alive", "1"),
        ("sign_in_events_total{event='signed_in'}", "2"),
        ("sum(sign_in_events_total{event='refused'})", "3"),
        ("sum(http_requests_total{route='/account',status='200'}) or vector(0)", "0"),
        ("upstream_call_failures_total{upstream='workos',why='server_error'}", "1"),
        ("sum(session_store_failures_total) > bool 0", "1"),
        ("sum(session_store_duration_seconds_count{operation='insert'})", "2"),
        ("histogram_quantile(1, sum by (le) (http_request_duration_seconds_bucket)) > bool 0", "1"),
        ("count(build_info)", "1"),
        ("log_lines_lost_total", "0"),
    ] {
        assert_eq!(value(&api, query).await, expected, "{query}");
    }
}

/// Starts Prometheus and waits until it has scraped the site. Returns it and its query URL.
async fn prometheus(folder: &Path, target: &str) -> (Child, String) {
    let config = format!(
        "scrape_configs: [{{job_name: site, scrape_interval: 1s, scrape_timeout: 1s, \
         static_configs: [{{targets: ['{target}']}}]}}]"
    );
    std::fs::write(folder.join("prometheus.yml"), config).unwrap();
    let address = format!("127.0.0.1:{}", free_port());
    let prometheus = Command::new("prometheus")
        .arg("--config.file=prometheus.yml")
        .arg("--storage.tsdb.path=data")
        .arg(format!("--web.listen-address={address}"))
        .current_dir(folder)
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (api, begun) = (format!("http://{address}/api/v1/query"), Instant::now());
    while value(&api, "up").await != "1" {
        assert!(begun.elapsed() < Duration::from_secs(60), "Prometheus doesn't scrape the site");
    }
    (prometheus, api)
}

/// Returns the result of this query, or an empty string.
async fn value(api: &str, query: &str) -> String {
    let url = url::Url::parse_with_params(api, [("query", query)]).unwrap();
    let Ok(answer) = http().get(url).send().await else { return String::new() };
    let found: Value = answer.json().await.unwrap_or_default();
    found["data"]["result"][0]["value"][1].as_str().unwrap_or_default().to_owned()
}
