//! Whole sign-ins: the form is sent, the mail's link opened, and the session begins.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};

use crate::app::App;
use crate::http::{Connection, SITE, get, post};
use crate::plan::BROWSERS;
use crate::server::{Server, measured};
use crate::upstream::Upstream;

/// Signs somebody in; gives their cookie.
pub(crate) async fn sign_in(
    browser: &mut Connection,
    upstream: &Upstream,
    email: &str,
) -> anyhow::Result<String> {
    let form = post("/login", &format!("email={}&return_to=", email.replace('@', "%40")));
    let asked = browser.ask(&form).await?;
    ensure!(asked.location()?.starts_with("/login/sent"), "no link was sent");
    let cookie = asked.cookie("__Host-signin-")?.to_owned();
    let callback = upstream.callback(email).await?;
    let answer = browser.ask(&get(&callback, &cookie)).await?;
    ensure!(answer.location()? == "/account", "the sign-in led to {}", answer.location()?);
    Ok(answer.cookie("__Host-session")?.to_owned())
}

/// Whether the cookie is of a session of theirs.
pub(crate) async fn is_signed_in(
    browser: &mut Connection,
    cookie: &str,
    email: &str,
) -> anyhow::Result<bool> {
    Ok(browser.ask(&get("/account", cookie)).await?.text()?.contains(email))
}

/// What some sign-ins took.
pub(crate) struct SignIns {
    number: usize,
    wall: Duration,
    cpu: Duration,
}

impl SignIns {
    /// The program's processor time for one, in microseconds.
    pub(crate) fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.number as f64
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.number as f64 / self.wall.as_secs_f64()
    }
}

/// Signs so many people in, some at once; `batch` tells them from those before. The last one of each
/// browser is looked up.
pub(crate) async fn many(
    app: &App,
    upstream: &Upstream,
    number: usize,
    batch: usize,
) -> anyhow::Result<SignIns> {
    let mut browsers = try_join_all((0..BROWSERS).map(|_| app.connect())).await?;
    for browser in &mut browsers {
        browser.ask(&get("/login", "")).await?;
    }
    let (begun, cpu) = (Instant::now(), app.server.cpu()?);
    let last = try_join_all(browsers.iter_mut().enumerate().map(|(first, browser)| async move {
        let mut last = None;
        for person in (first..number).step_by(BROWSERS) {
            let email = format!("person{batch:02}{person:06}@bench.test");
            last = Some((sign_in(browser, upstream, &email).await?, email));
        }
        anyhow::Ok(last)
    }))
    .await?;
    let measured = SignIns { number, wall: begun.elapsed(), cpu: app.server.cpu()? - cpu };
    for (browser, last) in browsers.iter_mut().zip(last) {
        let Some((cookie, email)) = last else { continue };
        ensure!(is_signed_in(browser, &cookie, &email).await?, "{email} isn't signed in");
    }
    app.server.empty_log()?;
    Ok(measured)
}

/// The program that makes the three calls only.
pub(crate) struct ThreeCalls {
    server: Server,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl ThreeCalls {
    pub(crate) fn start(upstream: &Upstream, folder: &std::path::Path) -> anyhow::Result<Self> {
        let mut command = measured("three_calls")?;
        command.args(["--api-url", &upstream.url(), "--at-once", &BROWSERS.to_string()]);
        command.args(["--redirect-uri", &format!("https://{SITE}/callback")]);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut server = Server::start(command, folder)?;
        let orders = server.child.stdin.take().context("no standard input")?;
        let answers = server.child.stdout.take().context("no standard output")?;
        Ok(Self { server, orders, answers: BufReader::new(answers).lines() })
    }

    pub(crate) async fn many(&mut self, number: usize) -> anyhow::Result<SignIns> {
        // The first makes the connections.
        self.make(BROWSERS).await?;
        let (begun, cpu) = (Instant::now(), self.server.cpu()?);
        self.make(number).await?;
        Ok(SignIns { number, wall: begun.elapsed(), cpu: self.server.cpu()? - cpu })
    }

    async fn make(&mut self, number: usize) -> anyhow::Result<()> {
        self.orders.write_all(format!("{number}\n").as_bytes()).await?;
        let done = self.answers.next_line().await?;
        ensure!(done.as_deref() == Some("done"), "the three calls failed");
        Ok(())
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.server.stop().await
    }
}
