//! `doctor`, run on a correct deployment and on deployments with one fault each.

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
use test_support::{Program, WorkOs, command, free_port, settings_of_a_test};

/// The settings to check, and the services that they refer to.
struct Deployment {
    workos: WorkOs,
    folder: TempDir,
    settings: HashMap<String, String>,
}

/// The output and the exit code of `doctor`.
struct Report {
    code: Option<i32>,
    lines: Vec<String>,
    stderr: String,
}

impl Deployment {
    /// A correct deployment, in which the app isn't running yet.
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

    /// Starts the app with these settings.
    async fn run(&self) -> Program {
        Program::start(command(&[], &self.settings, self.folder.path())).await
    }

    async fn check(&self) -> Report {
        let output =
            command(&["doctor"], &self.settings, self.folder.path()).output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let lines = text(output.stdout).lines().map(str::to_owned).collect();
        Report { code: output.status.code(), lines, stderr: text(output.stderr) }
    }

    /// Runs `doctor`, asserts that only this check fails, and returns the text of the check.
    async fn failing(&self, check: &str) -> String {
        let report = self.check().await;
        assert_eq!(report.named("fails"), [check], "{:#?}", report.lines);
        assert_eq!(report.code, Some(1));
        let checks = report.lines.len();
        let expected = format!("workos-magic-link: 1 of {checks} checks failed\n");
        assert_eq!(report.stderr, expected);
        report.of(check).to_owned()
    }

    /// Runs `doctor`, asserts that this check is unknown and none fails, and returns its text.
    async fn unknown(&self, check: &str) -> String {
        let report = self.check().await;
        assert!(report.named("unknown").contains(&check), "{:#?}", report.lines);
        assert_eq!(report.named("fails"), [""; 0], "{:#?}", report.lines);
        assert_eq!(report.code, Some(0));
        report.of(check).to_owned()
    }

    /// Runs `doctor`, asserts that this check passes and none fails, and returns the text of the check.
    async fn passing(&self, check: &str) -> String {
        let report = self.check().await;
        assert!(report.named("ok").contains(&check), "{:#?}", report.lines);
        assert_eq!(report.code, Some(0), "{:#?}", report.lines);
        report.of(check).to_owned()
    }
}

impl Report {
    /// Returns the names of the checks with this verdict.
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
async fn every_check_passes_in_a_correct_deployment() {
    let mut deployment = Deployment::new();
    deployment.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
    let checks = [
        "API key",
        "key type",
        "client ID",
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
    mail::send_own_email(&mut deployment);
    let program = deployment.run().await;
    let report = deployment.check().await;
    assert_eq!(report.named("ok"), checks, "{:#?}", report.lines);
    assert_eq!(report.named("fails"), [""; 0], "{:#?}", report.lines);
    #[cfg(feature = "smtp")]
    assert_eq!(report.named("unknown"), ["SPF", "DMARC"], "{:#?}", report.lines);
    // without own-mail: assert_eq!(report.named("unknown"), [""; 0], "{:#?}", report.lines);
    assert_eq!((report.code, &*report.stderr), (Some(0), ""));
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn doctor_neither_fails_nor_creates_files_before_the_first_start() {
    let deployment = Deployment::new();
    let said = deployment.unknown("site").await;
    assert!(said.contains("not running"), "{said}");
    assert!(!deployment.folder.path().join("data").exists());
    assert_eq!(deployment.folder.path().read_dir().unwrap().count(), 0);
}

#[actix_web::test]
async fn invalid_settings_are_reported_as_at_startup() {
    let mut deployment = Deployment::new();
    deployment.set("WORKOS_API_KEY", "").set("BASE_URL", "http://app.test").set("TLS", "canary");
    let report = deployment.check().await;
    assert_eq!(report.code, Some(2));
    assert_eq!(report.lines.len(), 0);
    let start =
        command(&[], &deployment.settings, deployment.folder.path()).output().await.unwrap();
    assert_eq!(report.stderr.as_bytes(), start.stderr);
    for name in ["WORKOS_API_KEY", "BASE_URL", "TLS"] {
        assert!(report.stderr.contains(name), "{}", report.stderr);
    }
}

#[actix_web::test]
async fn failing_checks_print_no_secret() {
    let mut deployment = Deployment::new();
    let key = "canary".repeat(11);
    deployment.set("WORKOS_API_KEY", "sk_test_canary").set("WORKOS_CLIENT_ID", "client_canary");
    deployment.set("COOKIE_KEYS", base64_of(&key.as_bytes()[..64]));
    #[cfg(feature = "smtp")]
    deployment
        .set("SMTP_URL", "smtp://canary:canary@127.0.0.1:1")
        .set("MAIL_FROM", "a@example.invalid");
    #[cfg(feature = "redis")]
    deployment.set("SESSION_STORE", "redis://canary:canary@127.0.0.1:1");
    let report = deployment.check().await;
    assert_eq!(report.code, Some(1));
    assert!(report.named("fails").len() >= 4, "{:#?}", report.lines);
    let said = report.lines.join("\n") + report.stderr.as_str();
    assert!(!said.contains("canary") && !said.contains(&base64_of(b"canary")), "{said}");
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
