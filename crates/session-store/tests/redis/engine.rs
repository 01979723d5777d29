//! The Redis engine: one `redis-server` per test.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use redis::{Client, Connection, FromRedisValue};
use session_store::{SharedOptions, StoreLocation};
use tempfile::TempDir;

pub struct Engine {
    pub port: u16,
    folder: TempDir,
    server: Child,
}

impl Engine {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts a server with these additional options.
    pub async fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = port();
        let server = server(port, options, folder.path());
        let mut engine = Self { port, folder, server };
        while !engine.accepts().await {
            engine.port = self::port();
            engine.server = self::server(engine.port, options, engine.folder.path());
        }
        engine
    }

    /// Kills the server, as a crash would.
    pub fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Waits until the server accepts connections. Returns false if it exits because its port is in
    /// use.
    async fn accepts(&mut self) -> bool {
        let started = Instant::now();
        while self.server.try_wait().unwrap().is_none() {
            // The port may belong to another process, which may close it at any time.
            let client = Client::open(self.url()).unwrap();
            let info = client.get_connection().and_then(|mut connection| {
                redis::cmd("INFO").arg("server").query::<String>(&mut connection)
            });
            if let Ok(info) = info {
                return info.contains(&format!("process_id:{}\r\n", self.server.id()));
            }
            assert!(started.elapsed().as_secs() < 10, "redis-server doesn't start");
            tokio::task::yield_now().await;
        }
        false
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn location(&self) -> StoreLocation {
        let options = SharedOptions {
            name: "STORE_URL".to_owned(),
            key_prefix: "my-app:".to_owned(),
            ..SharedOptions::default()
        };
        StoreLocation::url(&self.url(), options).unwrap()
    }

    pub fn is_shared(&self) -> bool {
        true
    }

    pub fn connection(&self) -> Connection {
        Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    /// Runs this command on the server.
    pub fn run<T: FromRedisValue>(&self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        command.arg(words.collect::<Vec<_>>()).query(&mut self.connection()).unwrap()
    }

    pub fn keys(&self) -> Vec<String> {
        self.run("KEYS *")
    }

    /// Returns the content of the server.
    pub fn dump(&self) -> Vec<u8> {
        let mut dump = Vec::new();
        for key in self.keys() {
            let kind: String = self.run(&format!("TYPE {key}"));
            let values: Vec<Vec<u8>> = match kind.as_str() {
                "hash" => self.run(&format!("HGETALL {key}")),
                "zset" => self.run(&format!("ZRANGE {key} 0 -1 WITHSCORES")),
                "string" => vec![self.run(&format!("GET {key}"))],
                other => panic!("{key} is a {other}"),
            };
            dump.extend(key.into_bytes());
            dump.extend(values.concat());
        }
        dump
    }

    /// Does nothing, because Redis keeps no deleted data.
    pub fn forget_deleted(&self) {}
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// Returns a port below the range of ephemeral ports.
fn port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = std::process::id() * 64 + NEXT.fetch_add(1, Ordering::Relaxed);
    u16::try_from(20_000 + number % 12_000).unwrap()
}

fn server(port: u16, options: &[&str], folder: &Path) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "no", "--dir", folder.to_str().unwrap()])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}
