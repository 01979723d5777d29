//! The binary as a site with metrics.

use std::collections::HashMap;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::process::Command;

use crate::emulator::{WorkOs, http};
use crate::running::{Program, command, free_port};
use crate::test_app::settings_of_a_test;
use crate::visitor::Visitor;

pub struct Site {
    pub origin: String,
    pub workos: WorkOs,
    pub program: Program,
    /// The address of the metrics endpoint.
    pub metrics: String,
    settings: HashMap<String, String>,
    folder: TempDir,
}

impl Site {
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_with(settings, |_| {}).await
    }

    /// Starts the site with these settings in addition to those that tests need. `change` may adjust
    /// the command.
    pub async fn start_with(settings: &[(&str, &str)], change: impl FnOnce(&mut Command)) -> Self {
        let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
        let scheme = if settings.contains(&("TLS", "self-signed")) { "https" } else { "http" };
        let (port, metrics) = (free_port(), format!("127.0.0.1:{}", free_port()));
        let origin = format!("{scheme}://localhost:{port}");
        let mut all = settings_of_a_test(&origin, &workos.url, folder.path());
        all.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
        all.insert("METRICS_BIND_ADDRESS".to_owned(), metrics.clone());
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut command = command(&[], &all, folder.path());
        change(&mut command);
        let program = Program::start(command).await;
        Self { origin, workos, program, metrics, settings: all, folder }
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin)
    }

    /// Returns a visitor who is signed in with this address.
    pub async fn signed_in(&self, email: &str) -> Visitor {
        let visitor = self.visitor();
        visitor.sign_in(&self.workos, email).await;
        visitor
    }

    /// Kills the program and restarts it in the same folder.
    pub async fn kill_and_restart(&mut self) {
        self.program.child.kill().await.unwrap();
        self.program = Program::start(command(&[], &self.settings, self.folder.path())).await;
    }

    /// Restarts the program in the same folder, with these settings changed.
    pub async fn restart_with(&mut self, settings: &[(&str, &str)]) {
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.settings.extend(settings);
        self.program.child.kill().await.unwrap();
        self.program = Program::start(command(&[], &self.settings, self.folder.path())).await;
    }

    /// Kills the program and restarts it with this data directory. Returns its exit code and its
    /// standard error if it exits.
    pub async fn begin_with(&mut self, data_dir: &Path) -> Result<(), (Option<i32>, String)> {
        let _ = self.program.child.kill().await;
        let data_dir = data_dir.to_str().unwrap().to_owned();
        self.settings.insert("DATA_DIR".to_owned(), data_dir);
        self.program =
            Program::try_to_start(command(&[], &self.settings, self.folder.path())).await?;
        Ok(())
    }

    /// Returns the current metrics.
    pub async fn scrape(&self) -> Scrape {
        let answer = http().get(format!("http://{}/metrics", self.metrics)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Scrape(answer.text().await.unwrap())
    }

    /// Scrapes the metrics until the condition holds.
    pub async fn until(&self, is_so: impl Fn(&Scrape) -> bool) -> Scrape {
        let begun = Instant::now();
        loop {
            let scrape = self.scrape().await;
            if is_so(&scrape) {
                return scrape;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "the condition never held: {}",
                scrape.0
            );
        }
    }

    /// Runs an admin command while the site runs. Returns its output.
    pub async fn operate(&self, arguments: &[&str]) -> String {
        let output = self.operator(arguments, &[]).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs an admin command with these settings changed. Returns its full output.
    pub async fn operator(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let mut command = command(arguments, &self.settings, self.folder.path());
        command.envs(settings.iter().copied()).output().await.unwrap()
    }

    /// Opens another connection to the store's file.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("sessions.sqlite3")).unwrap()
    }

    /// Returns the memory that the program uses, in MiB.
    pub fn memory(&self) -> u64 {
        self.memory_status("VmRSS:")
    }

    /// Returns the peak memory of the program, in MiB.
    pub fn peak_memory(&self) -> u64 {
        self.memory_status("VmHWM:")
    }

    fn memory_status(&self, field: &str) -> u64 {
        let id = self.program.child.id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim_end_matches("kB").trim().parse::<u64>().unwrap() / 1024
    }

    /// Returns the number of open files and connections.
    pub fn open_files(&self) -> usize {
        let id = self.program.child.id().unwrap();
        std::fs::read_dir(format!("/proc/{id}/fd")).unwrap().count()
    }

    /// Stops the program. Returns its log.
    pub async fn log(self) -> String {
        let (code, log) = self.program.terminate().await;
        assert_eq!(code, Some(0), "{log}");
        log
    }
}

/// Metrics in the Prometheus text format.
pub struct Scrape(pub String);

impl Scrape {
    /// Returns the value of this metric with exactly these labels in any order, 0 if there is none.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let mut labels: Vec<_> =
            labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        labels.sort();
        let values = self.0.lines().filter_map(|line| {
            let (metric, value) = line.rsplit_once(' ')?;
            let (found, rest) = metric.split_once('{').unwrap_or((metric, "}"));
            let mut among: Vec<_> =
                rest.trim_end_matches('}').split(',').filter(|label| !label.is_empty()).collect();
            among.sort_unstable();
            (found == name && among == labels).then(|| value.parse::<f64>().unwrap())
        });
        values.sum()
    }

    /// Returns the count of this sign-in event.
    pub fn events(&self, event: &str, code: &str) -> f64 {
        self.value("sign_in_events_total", &[("event", event), ("code", code)])
    }
}
