//! `doctor`: the settings held against a world that is as it should be, and against worlds that each
//! lack one thing.

mod certificate;
mod keys;
#[cfg(feature = "smtp")]
mod mail;
mod proxy;
mod reverse_proxy;
mod site;
mod store;
mod workos;

use std::collections::HashMap;

use tempfile::TempDir;

use crate::emulator::WorkOs;
use crate::program::command;
use crate::running::{Program, free_port};
use crate::test_app::settings_of_a_test;

/// Settings, and the world that they are for.
struct World {
    workos: WorkOs,
    folder: TempDir,
    settings: HashMap<String, String>,
}

/// What `doctor` says, and how it ends.
struct Examination {
    code: Option<i32>,
    lines: Vec<String>,
    complaint: String,
}

impl World {
    /// One in which everything is as it should be, though the app isn't running.
    fn new() -> Self {
        Self::with(WorkOs::start())
    }

    fn with(workos: WorkOs) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let origin = format!("http://localhost:{port}");
        let mut settings = settings_of_a_test(&origin, &workos.url, &folder.path().join("data"));
        settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
        Self { workos, folder, settings }
    }

    fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// The app with these settings.
    async fn run(&self) -> Program {
        Program::start(command(&[], &self.settings, self.folder.path())).await
    }

    async fn examine(&self) -> Examination {
        let output =
            command(&["doctor"], &self.settings, self.folder.path()).output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let lines = text(output.stdout).lines().map(str::to_owned).collect();
        Examination { code: output.status.code(), lines, complaint: text(output.stderr) }
    }

    /// What is said of this check, which is the only one that fails.
    async fn failing(&self, check: &str) -> String {
        let examination = self.examine().await;
        assert_eq!(examination.named("fails"), [check], "{:#?}", examination.lines);
        assert_eq!(examination.code, Some(1));
        let checks = examination.lines.len();
        let complaint = format!("workos-magic-link: 1 of {checks} checks failed\n");
        assert_eq!(examination.complaint, complaint);
        examination.of(check).to_owned()
    }

    /// What is said of this check, which nothing can be known of, while nothing fails.
    async fn unknown(&self, check: &str) -> String {
        let examination = self.examine().await;
        assert!(examination.named("unknown").contains(&check), "{:#?}", examination.lines);
        assert_eq!(examination.named("fails"), [""; 0], "{:#?}", examination.lines);
        assert_eq!(examination.code, Some(0));
        examination.of(check).to_owned()
    }

    /// What is said of this check, which passes, while nothing fails.
    async fn passing(&self, check: &str) -> String {
        let examination = self.examine().await;
        assert!(examination.named("ok").contains(&check), "{:#?}", examination.lines);
        assert_eq!(examination.code, Some(0), "{:#?}", examination.lines);
        examination.of(check).to_owned()
    }
}

impl Examination {
    /// The names of the checks with this verdict.
    fn named(&self, verdict: &str) -> Vec<&str> {
        let those = self.lines.iter().filter(|line| line[..9].trim_end() == verdict);
        those.map(|line| line[9..24].trim_end()).collect()
    }

    fn of(&self, check: &str) -> &str {
        let line = self.lines.iter().find(|line| line[9..24].trim_end() == check);
        &line.unwrap_or_else(|| panic!("{check} is missing from {:#?}", self.lines))[24..]
    }
}

#[actix_web::test]
async fn where_everything_is_as_it_should_be_every_check_passes() {
    let mut world = World::new();
    world.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
    let checks = [
        "API key",
        "key's kind",
        "client id",
        "redirect URI",
        "clock",
        "cookie keys",
        "secret files",
        "store",
        "certificate",
        "site",
        "proxy",
        #[cfg(feature = "smtp")]
        "mail server",
    ];
    #[cfg(feature = "smtp")]
    mail::mails(&mut world);
    let program = world.run().await;
    let examination = world.examine().await;
    assert_eq!(examination.named("ok"), checks, "{:#?}", examination.lines);
    assert_eq!(examination.named("fails"), [""; 0], "{:#?}", examination.lines);
    #[cfg(feature = "smtp")]
    assert_eq!(examination.named("unknown"), ["SPF", "DMARC"], "{:#?}", examination.lines);
    // without own-mail: assert_eq!(examination.named("unknown"), [""; 0], "{:#?}", examination.lines);
    assert_eq!((examination.code, &*examination.complaint), (Some(0), ""));
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn before_the_first_start_nothing_fails_and_nothing_is_made() {
    let world = World::new();
    let said = world.unknown("site").await;
    assert!(said.contains("not running"), "{said}");
    assert!(!world.folder.path().join("data").exists());
    assert_eq!(world.folder.path().read_dir().unwrap().count(), 0);
}

#[actix_web::test]
async fn settings_that_cannot_be_used_are_told_as_at_the_start() {
    let mut world = World::new();
    world.set("WORKOS_API_KEY", "").set("BASE_URL", "http://app.test").set("TLS", "canary");
    let examination = world.examine().await;
    assert_eq!(examination.code, Some(2));
    assert_eq!(examination.lines.len(), 0);
    let start = command(&[], &world.settings, world.folder.path()).output().await.unwrap();
    assert_eq!(examination.complaint.as_bytes(), start.stderr);
    for name in ["WORKOS_API_KEY", "BASE_URL", "TLS"] {
        assert!(examination.complaint.contains(name), "{}", examination.complaint);
    }
}

#[actix_web::test]
async fn no_secret_is_said_whatever_fails() {
    let mut world = World::new();
    let key = "canary".repeat(11);
    world.set("WORKOS_API_KEY", "sk_test_canary").set("WORKOS_CLIENT_ID", "client_canary");
    world.set("COOKIE_KEYS", base64_of(&key.as_bytes()[..64]));
    #[cfg(feature = "smtp")]
    world.set("SMTP_URL", "smtp://canary:canary@127.0.0.1:1").set("MAIL_FROM", "a@example.invalid");
    #[cfg(feature = "redis")]
    world.set("SESSION_STORE", "redis://canary:canary@127.0.0.1:1");
    let examination = world.examine().await;
    assert_eq!(examination.code, Some(1));
    assert!(examination.named("fails").len() >= 4, "{:#?}", examination.lines);
    let said = examination.lines.join("\n") + examination.complaint.as_str();
    assert!(!said.contains("canary") && !said.contains(&base64_of(b"canary")), "{said}");
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
