//! Measures the pages: each from the app and then from the bare handler, in several rounds.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tokio::process::Command;

use crate::progress;
use crate::server::{HEADERS, Server};
use crate::site::{Setup, Site, start};
use crate::table::{spread, table};

/// A page to measure.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    pub(crate) path: &'static str,
    signed_in: bool,
    /// Text that its body must contain.
    pub(crate) has: &'static str,
}

pub(crate) const ACCOUNT: Page = Page { path: "/account", signed_in: true, has: "@bench.test" };
pub(crate) const API_SESSION: Page = Page { path: "/api/session", ..ACCOUNT };
pub(crate) const LOGIN: Page = Page { path: "/login", signed_in: false, has: "name=\"email\"" };

/// The app of a site, and the bare handler to compare it with.
struct Pair<'a> {
    site: &'a Site,
    app: Server,
    bare: Server,
    pages: Vec<(Page, String)>,
    /// For each page and round, the figures of the app and of the bare handler.
    rounds: Vec<Vec<(Figures, Figures)>>,
}

/// The figures of a round: the output of `load.lua`, and the server's CPU time. Times are in µs.
#[derive(Deserialize)]
pub(crate) struct Figures {
    responses: f64,
    bytes: f64,
    failed: u64,
    took: f64,
    p50: f64,
    p99: f64,
    #[serde(default)]
    cpu: f64,
}

impl Figures {
    fn cpu_each(&self) -> f64 {
        self.cpu / self.responses
    }

    fn per_second(&self) -> f64 {
        self.responses / self.took * 1e6
    }
}

/// Checks one response of each page, and then measures the pages.
pub(crate) async fn measure(
    setup: &Setup,
    rounds: usize,
    sites: &[Site],
) -> anyhow::Result<String> {
    let (mut pairs, folder) = (Vec::new(), setup.new_folder()?);
    for site in sites {
        pairs.push(Pair::start(setup, site).await?);
    }
    for round in 1..=rounds {
        progress(&format!("pages, round {round} of {rounds}"));
        for Pair { site, app, bare, pages, rounds } in &mut pairs {
            for ((page, body), rounds) in pages.iter().zip(rounds) {
                let app = load(app, page, body, &site.cookies, &folder).await?;
                rounds.push((app, load(bare, page, body, &site.cookies, &folder).await?));
            }
        }
    }
    let rows: Vec<_> = pairs.iter().flat_map(Pair::rows).collect();
    for Pair { app, bare, .. } in pairs {
        app.stop().await?;
        bare.stop().await?;
    }
    let columns = "page | over | sessions | of bare, by CPU time | of bare, by responses per second \
                   | CPU µs | bare's | responses per second | p50 µs | p99 µs | bare's p99 | busy";
    Ok(table("Pages", columns, &rows))
}

impl<'a> Pair<'a> {
    async fn start(setup: &Setup, site: &'a Site) -> anyhow::Result<Self> {
        let (app, mut pages) = (start(&site.settings).await?, Vec::new());
        for page in site.pages {
            let cookie = if page.signed_in { &site.cookies[0] } else { "" };
            pages.push((*page, app.page(page, cookie).await?));
        }
        let bare = setup.bare(site.https, &pages).await?;
        for (page, body) in &pages {
            ensure!(bare.page(page, "").await? == *body, "bare differs on {}", page.path);
            progress(&format!("checked {}, sessions: {}", app.url(page.path), site.name));
        }
        let rounds = pages.iter().map(|_| Vec::new()).collect();
        Ok(Self { site, app, bare, pages, rounds })
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |((page, _), rounds): (&(Page, String), &Vec<(Figures, Figures)>)| {
            let spread = |digits, figure: fn(&Figures, &Figures) -> f64| {
                spread(digits, rounds.iter().map(|(app, bare)| figure(app, bare)))
            };
            vec![
                page.path.to_owned(),
                if self.site.https { "https" } else { "http" }.to_owned(),
                self.site.name.clone(),
                spread(2, |app, bare| bare.cpu_each() / app.cpu_each()),
                spread(2, |app, bare| app.per_second() / bare.per_second()),
                spread(1, |app, _| app.cpu_each()),
                spread(1, |_, bare| bare.cpu_each()),
                spread(0, |app, _| app.per_second()),
                spread(0, |app, _| app.p50),
                spread(0, |app, _| app.p99),
                spread(0, |_, bare| bare.p99),
                spread(2, |app, _| app.cpu / app.took),
            ]
        };
        self.pages.iter().zip(&self.rounds).map(row).collect()
    }
}

/// Measures a page for a second, after a second of warm-up.
pub(crate) async fn load(
    server: &Server,
    page: &Page,
    body: &str,
    cookies: &[String],
    folder: &Path,
) -> anyhow::Result<Figures> {
    let (script, sent) = (folder.join("load.lua"), folder.join("cookies"));
    fs::write(&script, include_str!("../../../load.lua"))?;
    fs::write(&sent, if page.signed_in { cookies.join("\n") } else { "\n".to_owned() })?;
    let run = async || {
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--connections", "64", "--duration", "1"]);
        wrk.args(["--timeout", "10s", "--script"]).arg(&script);
        for (name, value) in HEADERS {
            wrk.args(["--header", &format!("{name}: {value}")]);
        }
        let output = wrk.arg(server.url(page.path)).arg("--").arg(&sent).output().await;
        let text = String::from_utf8(output.context("wrk")?.stdout)?;
        let figures: Figures = serde_json::from_str(text.lines().next_back().unwrap_or_default())?;
        // wrk counts a redirect to `/login` as a success, but it is shorter. A date can differ by a few
        // bytes.
        let is_whole = figures.bytes / figures.responses + 16.0 > body.len() as f64;
        ensure!(figures.failed == 0 && is_whole, "{} failed: {text}", page.path);
        anyhow::Ok(figures)
    };
    // Warm-up: the first request of a session in a minute updates its last-seen time.
    run().await?;
    let before = server.cpu()?;
    let figures = run().await?;
    let cpu = server.cpu()? - before;
    server.empty_log()?;
    Ok(Figures { cpu, ..figures })
}
