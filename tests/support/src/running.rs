//! The binary as a running process.

use std::collections::HashMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

/// Returns a free port below the ephemeral range, so that no other process takes it first.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id() * 64 + NEXT.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(10_000 + number % 10_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Returns a command that runs the program in this folder, with these settings as its environment.
pub fn command(arguments: &[&str], settings: &HashMap<String, String>, folder: &Path) -> Command {
    let binary = std::env::var_os("CARGO_BIN_EXE_workos-magic-link").expect("cargo runs the tests");
    let mut command = Command::new(binary);
    command.args(arguments).env_clear().envs(settings).current_dir(folder).kill_on_drop(true);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

/// The program after it reported that it serves.
pub struct Program {
    pub child: Child,
    // for demo
    pub said: String,
    /// `None` if the log goes elsewhere.
    log: Option<ChildStderr>,
}

impl Program {
    pub async fn start(command: Command) -> Self {
        Self::try_to_start(command)
            .await
            .unwrap_or_else(|(_, why)| panic!("the program exited: {why}"))
    }

    /// Starts the program. Returns its exit code and its standard error if it exits.
    pub async fn try_to_start(mut command: Command) -> Result<Self, (Option<i32>, String)> {
        let mut child = command.spawn().unwrap();
        let mut log = child.stderr.take();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        while !said.contains("Serving ") && !said.contains("/inbox") {
            let Some(line) = lines.next_line().await.unwrap() else {
                let mut why = String::new();
                if let Some(log) = &mut log {
                    log.read_to_string(&mut why).await.unwrap();
                }
                return Err((child.wait().await.unwrap().code(), format!("{said}{why}")));
            };
            said += &format!("{line}\n");
        }
        // Keep reading, so that the program's writes don't fail.
        actix_web::rt::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            child,
            // for demo
            said,
            log,
        })
    }

    /// Sends a signal, such as `TERM`.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap();
        // The shell's own, since a minimal system has no program `kill`.
        let kill = Command::new("sh").args(["-c", &format!("kill -{name} {id}")]).status();
        assert!(kill.await.unwrap().success());
    }

    /// Stops the program with SIGTERM. Returns its exit code and its log.
    pub async fn terminate(self) -> (Option<i32>, String) {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Waits for the program to exit. Returns its exit code and its log.
    pub async fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        if let Some(from) = &mut self.log {
            from.read_to_string(&mut log).await.unwrap();
        }
        (self.child.wait().await.unwrap().code(), log)
    }
}
