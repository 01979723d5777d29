//! Measures complete sign-ins: submits the form, opens the emailed link and gets a session.

use std::time::Instant;

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use serde_json::Value;

use crate::pages::ACCOUNT;
use crate::server::{Server, cookie, location};
use crate::site::{Setup, Store, start};
use crate::table::{spread, table};
use crate::{Plan, progress};

/// Sign-ins that run concurrently.
const BROWSERS: usize = 16;

pub(crate) async fn measure(setup: &Setup, plan: &Plan) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for store in [Store::SQLite, Store::Redis] {
        progress(&format!("sign-ins, {store:?}"));
        let app = start(&setup.settings(store)?).await?;
        let mut rounds = Vec::new();
        for round in 0..plan.rounds.max(1) {
            rounds.push(many(&app, &setup.emulator, plan.sign_ins, round).await?);
        }
        let (cpus, rates): (Vec<_>, Vec<_>) = rounds.into_iter().unzip();
        app.stop().await?;
        rows.push(vec![format!("{store:?}"), spread(0, cpus), spread(0, rates)]);
    }
    Ok(table("Sign-ins", "sessions | CPU µs each | per second", &rows))
}

/// Signs users in. Returns the app's CPU time for each in µs, and the sign-ins per second.
async fn many(
    app: &Server,
    emulator: &Server,
    number: usize,
    round: usize,
) -> anyhow::Result<(f64, f64)> {
    let (started, cpu) = (Instant::now(), app.cpu()?);
    let browsers = (0..BROWSERS).map(async |first| {
        let mut last = String::new();
        for user in (first..number).step_by(BROWSERS) {
            last = sign_in(app, emulator, &format!("user{round}-{user}@bench.test")).await?;
        }
        anyhow::Ok(last)
    });
    let last = try_join_all(browsers).await?;
    let cpu = (app.cpu()? - cpu) / number as f64;
    let rate = number as f64 / started.elapsed().as_secs_f64();
    for session in last {
        app.page(&ACCOUNT, &session).await?;
    }
    app.empty_log()?;
    // A full inbox would slow the emulator down.
    let status = emulator.post("/_emulate/reset", String::new()).await?.status();
    ensure!(status.is_success(), "the emulator wasn't reset: {status}");
    Ok((cpu, rate))
}

/// Signs a user in and returns the session's cookie.
pub(crate) async fn sign_in(
    app: &Server,
    emulator: &Server,
    email: &str,
) -> anyhow::Result<String> {
    let form = format!("email={}&return_to=", email.replace('@', "%40"));
    let requested = app.post("/login", form).await?;
    ensure!(location(&requested)?.starts_with("/login/sent"), "no link was sent to {email}");
    let inbox = emulator.get(&format!("/_emulate/inbox?to={email}"), "").await?;
    let inbox: Value = inbox.json().await?;
    let link = inbox["data"][0]["link"].as_str().context("no email")?;
    let confirmed = emulator.get(from("/passwordless/", link)?, "").await?;
    let callback = from("/callback", location(&confirmed)?)?;
    let signed_in = app.get(callback, &cookie(&requested, "__Host-signin-")?).await?;
    ensure!(location(&signed_in)? == ACCOUNT.path, "{email} wasn't signed in");
    cookie(&signed_in, "__Host-session")
}

/// Returns the part of a URL from `start` on.
fn from<'a>(start: &str, url: &'a str) -> anyhow::Result<&'a str> {
    let at = url.find(start).with_context(|| format!("{url} has no {start}"))?;
    Ok(&url[at..])
}
