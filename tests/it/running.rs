//! The real binary, running.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

/// A port that is free: below those that the system gives to whoever asks for any, so that nobody
/// takes it before the program does.
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

/// The program, once it has said that it serves.
pub struct Program {
    pub child: Child,
    #[cfg(feature = "demo")]
    pub said: String,
    /// Unless it goes elsewhere.
    log: Option<ChildStderr>,
}

impl Program {
    pub async fn start(command: Command) -> Self {
        Self::try_to_start(command).await.unwrap_or_else(|(_, why)| panic!("it ended: {why}"))
    }

    /// Or its exit code, and why it wouldn't.
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
        // Goes on being read, or the program would fail to write to it.
        actix_web::rt::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            child,
            #[cfg(feature = "demo")]
            said,
            log,
        })
    }

    /// Sends it a signal: `TERM`, `INT`.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        let kill = Command::new("kill").args([&format!("-{name}"), &id]).status();
        assert!(kill.await.unwrap().success());
    }

    /// Ends it as an operator does; gives its exit code and its log.
    pub async fn terminate(self) -> (Option<i32>, String) {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Its exit code and its log, once it has ended.
    pub async fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        if let Some(from) = &mut self.log {
            from.read_to_string(&mut log).await.unwrap();
        }
        (self.child.wait().await.unwrap().code(), log)
    }
}
