//! Server processes, and single requests to them. The measured server has a separate core.

use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::pages::Page;

const DEADLINE: Duration = Duration::from_secs(30);
/// The host name of all requests.
pub(crate) const HOST: &str = "app.example.test";
/// What Chromium sends when a user follows a link.
pub(crate) const HEADERS: [(&str, &str); 8] = [
    ("Host", HOST),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Accept-Language", "en-US,en;q=0.9"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "same-origin"),
];

/// A server that runs until it is dropped.
pub(crate) struct Server {
    child: Child,
    pid: Pid,
    pub(crate) port: u16,
    log: PathBuf,
    https: bool,
    /// Follows no redirects and keeps no cookies.
    client: Client,
}

/// Returns the path of another binary of this workspace.
pub(crate) fn built(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(path.exists(), "{} isn't built; scripts/bench builds everything", path.display());
    Ok(path)
}

/// Returns a command that runs a binary on core 0, where actix-web starts one worker. `scripts/bench` runs
/// everything else on core 1.
pub(crate) fn measured(name: &str) -> anyhow::Result<Command> {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(built(name)?);
    Ok(command)
}

/// Returns a free port below the system's ephemeral range.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let port = 20_000 + NEXT.fetch_add(1, Ordering::Relaxed) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Server {
    /// Starts a server that logs to this folder, and waits until it listens on this port.
    pub(crate) async fn start(
        mut command: Command,
        folder: &Path,
        port: u16,
        https: bool,
    ) -> anyhow::Result<Self> {
        let log = folder.join("log");
        let file = OpenOptions::new().create(true).append(true).open(&log)?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).current_dir(folder);
        let child = command.kill_on_drop(true).spawn()?;
        let pid = Pid::from_raw(child.id().context("the server has exited")?.try_into()?);
        let header =
            |(name, value): (&str, &str)| Ok((HeaderName::try_from(name)?, value.parse()?));
        let headers = HEADERS.into_iter().map(header).collect::<anyhow::Result<HeaderMap>>()?;
        let client = Client::builder().default_headers(headers).no_proxy().timeout(DEADLINE);
        // The certificate is self-signed.
        let client =
            client.redirect(redirect::Policy::none()).tls_danger_accept_invalid_certs(true);
        let mut server = Self { child, pid, port, log, https, client: client.build()? };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if server.child.try_wait()?.is_some() || started.elapsed() > DEADLINE {
                bail!("a server didn't start: {}", server.logged()?);
            }
            tokio::task::yield_now().await;
        }
        Ok(server)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> anyhow::Result<Response> {
        let request = self.client.get(self.url(path));
        let request = if cookie.is_empty() { request } else { request.header(COOKIE, cookie) };
        Ok(request.send().await?)
    }

    /// Sends a form.
    pub(crate) async fn post(&self, path: &str, form: String) -> anyhow::Result<Response> {
        let request = self.client.post(self.url(path)).body(form);
        Ok(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send().await?)
    }

    /// Requests a page, checks the response and returns its body.
    pub(crate) async fn page(&self, page: &Page, cookie: &str) -> anyhow::Result<String> {
        let response = self.get(page.path, cookie).await?;
        let (status, body) = (response.status(), response.text().await?);
        ensure!(status == 200 && body.contains(page.has), "{}: {status}, {body}", page.path);
        Ok(body)
    }

    pub(crate) fn logged(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(&self.log)?)
    }

    /// Empties the log, so that it doesn't fill the disk.
    pub(crate) fn empty_log(&self) -> anyhow::Result<()> {
        Ok(File::options().write(true).open(&self.log)?.set_len(0)?)
    }

    /// Returns the CPU time of all threads so far, in µs.
    pub(crate) fn cpu(&self) -> anyhow::Result<f64> {
        let time: Duration = clock_getcpuclockid(self.pid)?.now()?.into();
        Ok(time.as_secs_f64() * 1e6)
    }

    /// Returns the resident memory, in MiB.
    pub(crate) fn resident(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).context("no VmRSS")?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        kill(self.pid, Signal::SIGTERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

/// Where a redirect leads.
pub(crate) fn location(response: &Response) -> anyhow::Result<&str> {
    let location = response.headers().get(LOCATION);
    Ok(location.with_context(|| format!("{} is not a redirect", response.status()))?.to_str()?)
}

/// Returns the cookie that a response sets, in the form of a `Cookie` header.
pub(crate) fn cookie(response: &Response, name: &str) -> anyhow::Result<String> {
    let cookies = response.headers().get_all(SET_COOKIE).iter();
    let mut pairs = cookies.filter_map(|set| set.to_str().ok()?.split(';').next());
    let found = pairs.find(|pair| pair.starts_with(name));
    Ok(found.with_context(|| format!("{} sets no {name}", response.status()))?.to_owned())
}
