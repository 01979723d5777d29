//! A Redis server for one test.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use redis::{Client, Connection, FromRedisValue};
use tempfile::TempDir;
use workos_magic_link::sealed::generate_cookie_key;

pub struct RedisServer {
    pub port: u16,
    options: Vec<String>,
    cookie_keys: String,
    folder: TempDir,
    server: Child,
}

impl RedisServer {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts a server with these additional options of `redis-server`.
    pub async fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let cookie_keys = generate_cookie_key().unwrap();
        let port = port();
        let server = server(port, &options, folder.path());
        let mut redis = Self { port, options, cookie_keys, folder, server };
        while !redis.accepts().await {
            redis.port = self::port();
            redis.server = self::server(redis.port, &redis.options, redis.folder.path());
        }
        redis
    }

    /// Kills the server, as a crash would.
    pub fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Starts the server again on the same port. It loads its persisted data.
    pub async fn restart(&mut self) {
        self.server = server(self.port, &self.options, self.folder.path());
        assert!(self.accepts().await, "its port is taken");
    }

    /// Waits until the server accepts connections. Returns false if it exited, since its port was taken.
    async fn accepts(&mut self) -> bool {
        let started = Instant::now();
        while self.server.try_wait().unwrap().is_none() {
            // Compare the process ID, because another process may have the port.
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

    /// Returns the settings of an app that uses this store.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("SESSION_STORE", self.url()), ("COOKIE_KEYS", self.cookie_keys.clone())]
    }

    pub fn connection(&self) -> Connection {
        Client::open(self.url()).unwrap().get_connection().unwrap()
    }

    /// Runs a command on the server and returns the reply.
    pub fn ask<T: FromRedisValue>(&self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        command.arg(words.collect::<Vec<_>>()).query(&mut self.connection()).unwrap()
    }

    pub fn keys(&self) -> Vec<String> {
        self.ask("KEYS *")
    }

    /// All keys and values in the store.
    pub fn dump(&self) -> Vec<u8> {
        let mut dump = Vec::new();
        for key in self.keys() {
            let kind: String = self.ask(&format!("TYPE {key}"));
            let values: Vec<Vec<u8>> = match kind.as_str() {
                "hash" => self.ask(&format!("HGETALL {key}")),
                "zset" => self.ask(&format!("ZRANGE {key} 0 -1 WITHSCORES")),
                "string" => vec![self.ask(&format!("GET {key}"))],
                other => panic!("{key} is a {other}"),
            };
            dump.extend(key.into_bytes());
            dump.extend(values.concat());
        }
        dump
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// Returns a port below the ephemeral range, so that no other process takes it by chance.
fn port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = std::process::id() * 64 + NEXT.fetch_add(1, Ordering::Relaxed);
    u16::try_from(20_000 + number % 12_000).unwrap()
}

fn server(port: u16, options: &[String], folder: &Path) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "no", "--dir", folder.to_str().unwrap()])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}
