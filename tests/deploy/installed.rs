//! The program as `deploy/` sets it up, with the WorkOS emulator.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use test_support::{Program, WorkOs, command, free_port};
use tokio::process::Command;
use workos_magic_link::sealed::generate_cookie_key;

use crate::files;

/// An installation on one machine, with a completed `one-machine.env`.
pub struct Installed {
    pub workos: WorkOs,
    pub port: u16,
    pub folder: TempDir,
    pub settings: HashMap<String, String>,
}

impl Installed {
    pub fn new() -> Self {
        let (workos, port, folder) = (WorkOs::start(), free_port(), tempfile::tempdir().unwrap());
        let mut settings = files::settings("one-machine.env");
        settings.extend(secrets(&workos, &generate_cookie_key().unwrap()));
        let data_dir = folder.path().join("data").to_str().unwrap().to_owned();
        assert_eq!(settings.insert("DATA_DIR".to_owned(), data_dir).unwrap(), STATE_DIRECTORY);
        let address = format!("127.0.0.1:{port}");
        assert_eq!(settings.insert("BIND_ADDRESS".to_owned(), address).unwrap(), "127.0.0.1:8443");
        Self { workos, port, folder, settings }
    }

    /// Starts the program with its settings where the unit puts them.
    pub async fn start(&self) -> Program {
        Program::start(self.command(&[])).await
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let lines = self.settings.iter().map(|(name, value)| format!("{name}={value}\n"));
        let settings = self.folder.path().join(".env");
        fs::write(&settings, lines.collect::<String>()).unwrap();
        fs::set_permissions(settings, PermissionsExt::from_mode(0o640)).unwrap();
        program(arguments, self.folder.path())
    }
}

/// The folder that `StateDirectory` of the unit creates.
const STATE_DIRECTORY: &str = "/var/lib/workos-magic-link";

/// Returns the settings that no file of `deploy/` contains: secrets, and the emulator's URL.
pub fn secrets(workos: &WorkOs, cookie_keys: &str) -> HashMap<String, String> {
    [
        ("WORKOS_API_URL", workos.url.as_str()),
        ("WORKOS_API_KEY", "sk_test_default"),
        ("WORKOS_CLIENT_ID", "client_emulator"),
        ("COOKIE_KEYS", cookie_keys),
        // High enough not to matter here.
        ("RATE_LIMIT_PER_EMAIL", "10000/1m"),
        ("RATE_LIMIT_PER_CLIENT", "10000/1m"),
        ("RATE_LIMIT_PER_MAILBOX", "10000/1m"),
        ("RATE_LIMIT_TOTAL", "10000/1m"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Returns a command that runs the program in this folder with an empty environment.
pub fn program(arguments: &[&str], folder: &Path) -> Command {
    command(arguments, &HashMap::new(), folder)
}
