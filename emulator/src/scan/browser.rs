//! Scans with a browser: headless Chromium with a temporary profile.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs, io};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;
use url::Url;

use super::Visit;
use crate::errors::ApiError;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The virtual time for a page. Chromium skips idle time, so this passes faster than real time.
const VIRTUAL_TIME_MS: u32 = 30_000;

/// The limit for the whole scan, in real time.
const DEADLINE: Duration = Duration::from_secs(20);

/// Loads a page and runs its scripts. Returns the loads of the main frame: the link, redirects and
/// navigations by scripts.
pub(super) async fn load(link: &Url) -> Result<Vec<Visit>, ApiError> {
    let program = find().ok_or(ApiError::NoBrowser)?;
    let run = run(&program, link).await;
    let net_log = run.map_err(|error| ApiError::Internal(format!("{program:?}: {error}")))?;
    let visits = page_loads(&net_log);
    Ok(if visits.is_empty() { vec![Visit::without_response("GET", link)] } else { visits })
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let programs = NAMES.iter().flat_map(|name| folders.iter().map(move |one| one.join(name)));
    programs.into_iter().find(|program| program.is_file())
}

/// Runs the browser until it exits or the deadline passes, and returns its network log.
async fn run(program: &Path, link: &Url) -> io::Result<String> {
    let profile = tempfile::Builder::new().prefix("magic-link-emulator-").tempdir()?;
    let net_log = profile.path().join("net-log.json");
    let mut browser = Command::new(program)
        .args(flags(&profile, &net_log, link)?)
        .arg(link.as_str())
        .env("HOME", profile.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if timeout(DEADLINE, browser.wait()).await.is_err() {
        browser.kill().await?;
    }
    // Empty if the browser didn't create the log.
    Ok(fs::read(&net_log).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default())
}

fn flags(profile: &TempDir, net_log: &Path, link: &Url) -> io::Result<Vec<String>> {
    let host = link.host_str().unwrap_or_default();
    let mut flags = vec![
        "--headless".to_owned(),
        "--dump-dom".to_owned(),
        format!("--virtual-time-budget={VIRTUAL_TIME_MS}"),
        // With this feature, Chromium doesn't exit if the page navigates late.
        "--disable-features=BackForwardCache".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
        format!("--log-net-log={}", net_log.display()),
        // Local apps use self-signed certificates.
        "--ignore-certificate-errors".to_owned(),
        // Blocks other computers, including by IP address.
        format!(
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, \
             EXCLUDE 127.0.0.1, EXCLUDE [::1], EXCLUDE {host}"
        ),
        "--no-proxy-server".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-gpu".to_owned(),
        "--no-first-run".to_owned(),
    ];
    // Chromium's sandbox doesn't work as root. The profile's owner is the current user.
    if profile.path().metadata()?.uid() == 0 {
        flags.push("--no-sandbox".to_owned());
    }
    Ok(flags)
}

/// Returns the page loads in a network log: JSON with one event per line, of which the last may be
/// truncated.
fn page_loads(net_log: &str) -> Vec<Visit> {
    let mut lines = net_log.lines().map(|line| line.trim_end_matches(','));
    // The first line opens an object that the last line closes.
    let first = format!("{}}}", lines.next().unwrap_or_default());
    let Ok(constants) = serde_json::from_str::<Value>(&first) else {
        return Vec::new();
    };
    let kinds = &constants["constants"]["logEventTypes"];
    let (start, headers) =
        (&kinds["URL_REQUEST_START_JOB"], &kinds["HTTP_TRANSACTION_READ_RESPONSE_HEADERS"]);

    let mut visits = Vec::new();
    let mut latest_by_source = HashMap::new();
    for event in lines.filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let (kind, source, params) =
            (&event["type"], event["source"]["id"].as_u64(), &event["params"]);
        if kind == start && params["request_type"] == "main frame" {
            if let (Some(method), Some(Ok(url))) =
                (params["method"].as_str(), params["url"].as_str().map(Url::parse))
            {
                latest_by_source.insert(source, visits.len());
                visits.push(Visit::without_response(method, &url));
            }
        } else if kind == headers
            && let Some(&at) = latest_by_source.get(&source)
        {
            visits[at].status = status(params);
        }
    }
    visits
}

/// Returns the status in a response head such as `HTTP/1.1 200 OK`.
fn status(params: &Value) -> Option<u16> {
    params["headers"][0].as_str()?.split(' ').nth(1)?.parse().ok()
}
