//! Measures the app beside a bare actix-web handler that sends the same bytes, in one run and in turns,
//! and prints tables in Markdown. `README.md` says what each figure means.

mod memory;
mod pages;
mod server;
mod sessions;
mod sign_ins;
mod site;
mod table;

use std::io::Write;
use std::time::Instant;

use anyhow::{anyhow, bail};

use pages::{ACCOUNT, API_SESSION, LOGIN, Page};
use site::{Ground, Site, Store, start};
use table::{spread, table};

/// How much is measured.
struct Plan {
    /// Sessions in the stores.
    sessions: usize,
    /// Sessions in two more: one for its pages, and one for the time that a start takes.
    more_sessions: Option<(usize, usize)>,
    /// How often each page is measured.
    rounds: usize,
    sign_ins: usize,
}

/// Some ten minutes.
const FULL: Plan =
    Plan { sessions: 1_000, more_sessions: Some((1_000_000, 100_000)), rounds: 12, sign_ins: 400 };
/// Two minutes.
const QUICK: Plan = Plan { more_sessions: None, rounds: 3, ..FULL };
/// Seconds: checks one response of everything, and measures nothing.
const CHECK: Plan = Plan { sessions: 40, rounds: 0, sign_ins: 20, ..QUICK };

/// How often the app is started to measure the time that it takes.
const STARTS: usize = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let plan = match std::env::args().nth(1).as_deref() {
        None => FULL,
        Some("--quick") => QUICK,
        Some("--check") => CHECK,
        Some(other) => bail!("{other} is neither --quick nor --check"),
    };
    let provider = rustls::crypto::ring::default_provider();
    provider.install_default().map_err(|_| anyhow!("a provider is installed already"))?;
    let tables = measure(&plan).await?;
    Ok(std::io::stdout().write_all(tables.as_bytes())?)
}

async fn measure(plan: &Plan) -> anyhow::Result<String> {
    progress("filling the stores");
    let (ground, sessions) = (Ground::new().await?, plan.sessions);
    let all: &[Page] = &[ACCOUNT, API_SESSION, LOGIN];
    let mut sites = vec![
        ground.site(Store::SQLite, sessions, false, all).await?,
        ground.site(Store::SQLite, sessions, true, &[ACCOUNT]).await?,
        ground.site(Store::Redis, sessions, false, &[ACCOUNT, API_SESSION]).await?,
    ];
    let mut starting = None;
    if let Some((many, at_start)) = plan.more_sessions {
        sites.push(ground.site(Store::SQLite, many, false, &[ACCOUNT]).await?);
        starting = Some(ground.site(Store::SQLite, at_start, false, &[]).await?);
    }
    let mut tables = pages::measure(&ground, plan.rounds, &sites).await?;
    tables += &sign_ins::measure(&ground, plan).await?;
    if plan.rounds == 0 {
        return Ok(String::new());
    }
    progress("memory and starts");
    tables += &memory::measure(&ground, &sites[0]).await?;
    tables += &starts(starting.as_ref().unwrap_or(&sites[0])).await?;
    Ok(tables)
}

/// The time from the start of the program to its first page for a user who is signed in.
async fn starts(site: &Site) -> anyhow::Result<String> {
    let mut milliseconds = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let app = start(&site.settings).await?;
        app.page(&ACCOUNT, &site.cookies[0]).await?;
        milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
        app.stop().await?;
    }
    let row = vec![site.name.clone(), spread(0, milliseconds)];
    Ok(table("Start to first page", "sessions | ms", &[row]))
}

/// Reports on standard error what is being done.
fn progress(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
