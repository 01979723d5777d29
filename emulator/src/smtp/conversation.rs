//! An SMTP connection, from greeting to QUIT.

use std::io;

use actix_web::web;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::command::{Command, Path};
use super::delivery;
use super::lines::{Line, read_line, read_message};
use super::reply::{MAX_MESSAGE, Reply, ehlo_reply, not_international, reply, too_large};
use crate::faults::Fault;
use crate::hooks::SMTP;
use crate::state::{Environment, timestamp};

const MAX_RECIPIENTS: usize = 100;

struct Conversation {
    environment: web::Data<Environment>,
    stream: BufReader<TcpStream>,
    greeted: bool,
    sender: Option<Path>,
    recipients: Vec<String>,
}

/// Serves a client until either side closes the connection.
pub(super) async fn serve(stream: TcpStream, environment: web::Data<Environment>) {
    // Replies are short, and the client waits for each.
    let _ = stream.set_nodelay(true);
    let conversation = Conversation {
        environment,
        stream: BufReader::new(stream),
        greeted: false,
        sender: None,
        recipients: Vec::new(),
    };
    // An error means that the connection is gone, so nothing can be reported.
    let _ = conversation.run().await;
}

impl Conversation {
    async fn run(mut self) -> io::Result<()> {
        let refused = self.hooked("CONNECT", "CONNECT").await?;
        let greeting = refused.unwrap_or_else(|| reply(220, "localhost ESMTP magic-link-emulator"));
        self.send("CONNECT", &greeting).await?;
        if greeting.code >= 400 {
            return Ok(());
        }
        loop {
            let line = match read_line(&mut self.stream).await? {
                Line::Whole(line) => line,
                Line::TooLong => {
                    self.send("(unknown)", &reply(500, "Line too long")).await?;
                    continue;
                }
                Line::NotUtf8 => {
                    self.send("(unknown)", &reply(500, "Not UTF-8")).await?;
                    continue;
                }
            };
            let command = Command::parse(&line);
            let is_data = command == Command::Data;
            let shown = command.for_log(&line);
            let answer = match self.hooked_command(&command, &shown).await? {
                Some(reply) => reply,
                None => self.execute(command).await?,
            };
            self.send(&shown, &answer).await?;
            if is_data && answer.code == 354 {
                self.receive().await?;
            } else if answer.closes_connection() {
                return Ok(());
            }
        }
    }

    async fn hooked_command(
        &mut self,
        command: &Command,
        shown: &str,
    ) -> io::Result<Option<Reply>> {
        match command.name() {
            Some(name) => self.hooked(name, shown).await,
            None => Ok(None),
        }
    }

    /// Applies a matching hook. Returns the reply that replaces the usual one, if any.
    async fn hooked(&mut self, name: &str, shown: &str) -> io::Result<Option<Reply>> {
        let Some(hook) = self.environment.store().hooks.take(SMTP, name) else {
            return Ok(None);
        };
        hook.delay().await;
        match hook.fault {
            None => {}
            Some(Fault::Hang) => {
                self.log(shown, None);
                // Read until the client closes the connection.
                tokio::io::copy(&mut self.stream, &mut tokio::io::sink()).await?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            Some(_) => {
                self.log(shown, None);
                self.stream.get_ref().set_zero_linger()?;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
        }
        Ok(hook.status.map(|code| reply(code, hook.text())))
    }

    async fn execute(&mut self, command: Command) -> io::Result<Reply> {
        Ok(match command {
            Command::Ehlo => {
                self.greet();
                ehlo_reply()
            }
            Command::Helo => {
                self.greet();
                reply(250, "localhost")
            }
            Command::Rset => {
                self.reset_message();
                reply(250, "Reset")
            }
            Command::Noop => reply(250, "OK"),
            Command::Quit => reply(221, "Goodbye"),
            Command::Vrfy => reply(502, "VRFY is not supported"),
            Command::Malformed(word) => reply(501, format!("Syntax error in {word}")),
            // Email clients don't start with an unknown command, but a browser tricked into a POST
            // does.
            Command::Unknown if !self.greeted => reply(421, "This is an SMTP server"),
            Command::Unknown => reply(500, "Unknown command"),
            _ if !self.greeted => reply(503, "Send EHLO first"),
            Command::Auth(mechanism, credentials) => {
                return self.authenticate(&mechanism, credentials).await;
            }
            Command::Mail(path) => self.begin_message(path),
            Command::Rcpt(path) => self.add_recipient(path),
            Command::Data if self.recipients.is_empty() => reply(503, "Send RCPT first"),
            Command::Data => reply(354, "End data with <CR><LF>.<CR><LF>"),
        })
    }

    fn greet(&mut self) {
        self.greeted = true;
        self.reset_message();
    }

    fn reset_message(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn begin_message(&mut self, path: Path) -> Reply {
        match path {
            _ if self.sender.is_some() => reply(503, "Sender already given"),
            path if path.size().is_some_and(|size| size > MAX_MESSAGE) => too_large(),
            path if !path.address.is_ascii() && !path.is_international() => not_international(),
            path => {
                self.sender = Some(path);
                reply(250, "Sender OK")
            }
        }
    }

    fn add_recipient(&mut self, path: Path) -> Reply {
        match &self.sender {
            None => reply(503, "Send MAIL first"),
            Some(_) if self.recipients.len() == MAX_RECIPIENTS => reply(452, "Too many recipients"),
            Some(sender) if !path.address.is_ascii() && !sender.is_international() => {
                not_international()
            }
            Some(_) => {
                self.recipients.push(path.address);
                reply(250, "Recipient OK")
            }
        }
    }

    /// Accepts any credentials.
    async fn authenticate(
        &mut self,
        mechanism: &str,
        initial: Option<String>,
    ) -> io::Result<Reply> {
        let prompts: &[&str] = match (mechanism, &initial) {
            ("PLAIN", Some(_)) => &[],
            ("PLAIN", None) => &[""],
            // "Username:" and "Password:"
            ("LOGIN", None) => &["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
            ("LOGIN", Some(_)) => &["UGFzc3dvcmQ6"],
            _ => return Ok(reply(504, "Only AUTH PLAIN and AUTH LOGIN are supported")),
        };
        for prompt in prompts {
            self.write(&format!("334 {prompt}\r\n")).await?;
            if matches!(read_line(&mut self.stream).await?, Line::Whole(line) if line == "*") {
                return Ok(reply(501, "Authentication cancelled"));
            }
        }
        Ok(reply(235, "Authenticated"))
    }

    /// Receives the message after DATA.
    async fn receive(&mut self) -> io::Result<()> {
        let message = read_message(&mut self.stream, MAX_MESSAGE).await?;
        let answer = match (self.hooked("BODY", "BODY").await?, message) {
            (Some(reply), _) => reply,
            (None, None) => too_large(),
            (None, Some(message)) => {
                self.deliver(message);
                reply(250, "Added to the inbox")
            }
        };
        self.reset_message();
        self.send("BODY", &answer).await
    }

    fn deliver(&mut self, message: Vec<u8>) {
        let sender = self.sender.take().map(|path| path.address).unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        let now = self.environment.store().now();
        let mails = delivery::mails(message, &sender, recipients, now);
        let mut store = self.environment.store();
        mails.into_iter().for_each(|mail| store.mails.add(mail));
    }

    async fn send(&mut self, shown: &str, reply: &Reply) -> io::Result<()> {
        let lines = reply.lines();
        self.log(shown, Some(lines.join("\n")));
        self.write(&(lines.join("\r\n") + "\r\n")).await
    }

    fn log(&self, shown: &str, reply: Option<String>) {
        let mut store = self.environment.store();
        let at = timestamp(store.now());
        store.smtp_log.add(shown, reply, at);
    }

    async fn write(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await
    }
}
