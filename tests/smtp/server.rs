//! The mail server of a test: `server.py` in a process that is killed at the end of the test.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::rt::task::spawn_blocking;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use test_support::TestApp;

/// A timeout longer than those of the app.
const PATIENCE: Duration = Duration::from_secs(45);

pub struct Server {
    pub port: u16,
    pipes: Arc<Mutex<Pipes>>,
    child: Child,
}

type Pipes = (ChildStdin, BufReader<ChildStdout>);

/// What the server has recorded.
#[derive(Deserialize)]
pub struct Seen {
    version: usize,
    /// Connections that are open now.
    pub open: usize,
    pub connections: usize,
    /// The maximum number of connections that were open at the same time.
    pub most_open: usize,
    pub commands: Vec<Said>,
    pub messages: Vec<Message>,
}

#[derive(Deserialize)]
pub struct Said {
    /// The line as received, including its end.
    pub line: String,
    pub tls: bool,
}

#[derive(Deserialize)]
pub struct Message {
    pub to: Vec<String>,
    /// The message as received, up to the line with only a dot.
    #[serde(deserialize_with = "base64")]
    pub wire: Vec<u8>,
    /// The message without the dots that SMTP adds at the start of lines (RFC 5321, 4.5.2).
    #[serde(deserialize_with = "base64")]
    pub content: Vec<u8>,
    /// Whether the server has replied to the message or reset the connection.
    pub answered: bool,
}

impl Server {
    /// Starts a server that accepts everything, without TLS.
    pub fn start() -> Self {
        Self::with(json!({}))
    }

    /// Starts a server with these settings, which are documented at the top of `server.py`.
    pub fn with(settings: Value) -> Self {
        // Debian's own Python, which finds Debian's aiosmtpd.
        let mut child = Command::new("/usr/bin/python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/server.py"))
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("/usr/bin/python3 is there");
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        said.read_line(&mut port).unwrap();
        let port = port.trim().parse().expect("python3-aiosmtpd is installed");
        Self { port, pipes: Arc::new(Mutex::new((child.stdin.take().unwrap(), said))), child }
    }

    /// Changes the settings, and returns what was recorded before.
    pub fn change(&self, settings: Value) -> Seen {
        tell(&self.pipes, &settings)
    }

    /// Sets the reply to this command, or to `CONNECT` or `MESSAGE`.
    pub fn refuse(&self, step: &str, reply: impl Into<Value>) {
        self.change(json!({ "refuse": { step: reply.into() } }));
    }

    pub fn refuse_nothing(&self) {
        self.change(json!({ "refuse": {} }));
    }

    pub fn seen(&self) -> Seen {
        self.change(json!({}))
    }

    /// Returns what was recorded, and clears it.
    pub fn take(&self) -> Seen {
        self.change(json!({ "forget": true }))
    }

    /// Waits until the records satisfy `is_so`, since the app responds before it has sent an email.
    pub async fn until(&self, is_so: impl Fn(&Seen) -> bool) -> Seen {
        let begun = Instant::now();
        let mut seen = self.seen();
        while !is_so(&seen) {
            assert!(begun.elapsed() < PATIENCE, "the server has received only {:?}", seen.verbs());
            let (pipes, after) = (Arc::clone(&self.pipes), json!({ "after": seen.version }));
            // Use another thread, since the app under test may run in this one.
            seen = spawn_blocking(move || tell(&pipes, &after)).await.unwrap();
        }
        seen
    }

    /// Waits until the server has replied to this many messages.
    pub async fn until_mailed(&self, messages: usize) -> Seen {
        self.until(|seen| {
            seen.messages.iter().filter(|message| message.answered).count() >= messages
        })
        .await
    }

    /// Waits until the newest message is one to this address, and returns it.
    pub async fn newest(&self, to: &str) -> Message {
        let is_there = |seen: &Seen| seen.messages.last().is_some_and(|newest| newest.to == [to]);
        self.until(is_there).await.messages.pop().unwrap()
    }

    /// Starts an app that sends email through this server.
    pub async fn app(&self) -> TestApp {
        self.app_with(&[]).await
    }

    pub async fn app_with(&self, settings: &[(&str, &str)]) -> TestApp {
        let url = format!("smtp://127.0.0.1:{}", self.port);
        TestApp::with(&[&mail_settings(&url), settings].concat()).await
    }
}

/// Returns the settings of an app that sends its own links through the server at `url`.
pub fn mail_settings(url: &str) -> [(&str, &str); 3] {
    let from = "Example <login@example.test>";
    [("LINK_DELIVERY", "smtp"), ("MAIL_FROM", from), ("SMTP_URL", url)]
}

fn tell(pipes: &Mutex<Pipes>, order: &Value) -> Seen {
    let mut pipes = pipes.lock().unwrap();
    writeln!(pipes.0, "{order}").unwrap();
    let mut seen = String::new();
    pipes.1.read_line(&mut seen).unwrap();
    serde_json::from_str(&seen).unwrap()
}

impl Seen {
    /// Returns the recipients of the messages, in order.
    pub fn recipients(&self) -> Vec<&str> {
        self.messages.iter().flat_map(|message| &message.to).map(String::as_str).collect()
    }

    /// Returns whether a step, as in `refuse`, has been reached.
    pub fn has_reached(&self, step: &str) -> bool {
        match step {
            "CONNECT" => self.connections > 0,
            "MESSAGE" => !self.messages.is_empty(),
            step => self.commands.iter().any(|said| said.line.starts_with(step)),
        }
    }

    /// Returns how often this command was received.
    pub fn count(&self, verb: &str) -> usize {
        self.verbs().iter().filter(|said| **said == verb).count()
    }

    /// Returns the commands without their arguments: `["EHLO", "MAIL", …]`.
    pub fn verbs(&self) -> Vec<&str> {
        let verb = |said: &'_ Said| said.line.find([' ', '\r', '\n']).unwrap_or(said.line.len());
        self.commands.iter().map(|said| &said.line[..verb(said)]).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn base64<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(text)?).map_err(serde::de::Error::custom)
}
