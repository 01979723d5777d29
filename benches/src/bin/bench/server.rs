//! The programs that are measured, each a process on a core of its own.

use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// What is measured runs here, one worker each, and nothing else.
const CORE_OF_SERVERS: &str = "0";
/// The driver runs here, and what servers ask: Redis, the stand-in.
const CORE_OF_DRIVER: usize = 1;
/// A program that hasn't started by now won't.
const STARTED_WITHIN: Duration = Duration::from_secs(30);

/// A program that runs.
pub(crate) struct Server {
    pub(crate) child: Child,
    pid: Pid,
    /// What it says on standard error.
    log: PathBuf,
}

/// Takes the driver, and what it starts from now on, to its core, and lets them open as many files as
/// they may.
pub(crate) fn settle() -> anyhow::Result<()> {
    let mut core = CpuSet::new();
    core.set(CORE_OF_DRIVER)?;
    sched_setaffinity(Pid::this(), &core).context("two cores are needed")?;
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}

/// A program of this project that was built beside this one.
pub(crate) fn built(name: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(path.exists(), "{} isn't built; scripts/bench builds all of them", path.display());
    Ok(path)
}

/// This program on the core of what is measured, where actix-web finds one core and starts one worker.
pub(crate) fn measured(name: &str) -> anyhow::Result<Command> {
    let mut command = Command::new("taskset");
    command.args(["-c", CORE_OF_SERVERS]).arg(built(name)?);
    Ok(command)
}

/// A port that is free: below those that the system gives to whoever asks for any.
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
    /// Starts it; it writes its log into this folder.
    pub(crate) fn start(mut command: Command, folder: &Path) -> anyhow::Result<Self> {
        let log = folder.join("log");
        let file = OpenOptions::new().create(true).append(true).open(&log)?;
        let child = command.stderr(file).kill_on_drop(true).spawn()?;
        let pid = Pid::from_raw(child.id().context("it has ended")?.try_into()?);
        Ok(Self { child, pid, log })
    }

    /// Waits until it listens here.
    pub(crate) async fn listens(&mut self, port: u16) -> anyhow::Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if self.child.try_wait()?.is_some() || begun.elapsed() > STARTED_WITHIN {
                bail!("it doesn't start: {}", self.said()?);
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Its log.
    pub(crate) fn said(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// The processor time that it has taken so far, all of its threads together.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        Ok(clock_getcpuclockid(self.pid)?.now()?.into())
    }

    /// The memory that it has, in bytes.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).context("no VmRSS")?;
        Ok(kib.parse::<u64>()? * 1024)
    }

    /// Empties its log, which would fill the disk.
    pub(crate) fn empty_log(&self) -> anyhow::Result<()> {
        Ok(File::options().write(true).open(&self.log)?.set_len(0)?)
    }

    /// Ends it as an operator does.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        kill(self.pid, Signal::SIGTERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

/// A program that is silent on standard output.
pub(crate) fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null())
}
