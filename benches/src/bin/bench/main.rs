//! Measures the app and a bare actix-web handler that sends the same bytes, alternately in one run, and
//! prints Markdown tables. `README.md` explains the figures.

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
use site::{Setup, Site, Store, start};
use table::{spread, table};

/// The size of a run.
struct Plan {
    /// Sessions in the stores.
    sessions: usize,
    /// Sessions in two more stores: one to measure pages, and one to measure starts.
    more_sessions: Option<(usize, usize)>,
    /// How often each page is measured.
    rounds: usize,
    sign_ins: usize,
}

/// About ten minutes.
const FULL: Plan =
    Plan { sessions: 1_000, more_sessions: Some((1_000_000, 100_000)), rounds: 12, sign_ins: 400 };
/// Two minutes.
const QUICK: Plan = Plan { more_sessions: None, rounds: 3, ..FULL };
/// A few seconds: checks one response of each page, and measures nothing.
const CHECK: Plan = Plan { sessions: 40, rounds: 0, sign_ins: 20, ..QUICK };

/// How many starts are measured.
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
    let (setup, sessions) = (Setup::new().await?, plan.sessions);
    let all: &[Page] = &[ACCOUNT, API_SESSION, LOGIN];
    let mut sites = vec![
        setup.site(Store::SQLite, sessions, false, all).await?,
        setup.site(Store::SQLite, sessions, true, &[ACCOUNT]).await?,
        setup.site(Store::Redis, sessions, false, &[ACCOUNT, API_SESSION]).await?,
    ];
    let mut starting = None;
    if let Some((many, at_start)) = plan.more_sessions {
        sites.push(setup.site(Store::SQLite, many, false, &[ACCOUNT]).await?);
        starting = Some(setup.site(Store::SQLite, at_start, false, &[]).await?);
    }
    let mut tables = pages::measure(&setup, plan.rounds, &sites).await?;
    tables += &sign_ins::measure(&setup, plan).await?;
    if plan.rounds == 0 {
        return Ok(String::new());
    }
    progress("memory and starts");
    tables += &memory::measure(&setup, &sites[0]).await?;
    tables += &starts(starting.as_ref().unwrap_or(&sites[0])).await?;
    Ok(tables)
}

/// Measures the time from the start of the program to its first page for a signed-in user.
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

/// Reports progress on standard error.
fn progress(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
