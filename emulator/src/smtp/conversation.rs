//! One connection, from greeting to QUIT.

use std::io;

use actix_web::web;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::command::{Command, Path};
use super::delivery;
use super::lines::{Line, read_line, read_message};
use super::reply::{MAX_MESSAGE, Reply, abilities, not_international, reply, too_large};
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

/// Talks to a client until it leaves, or is shown out.
pub(super) async fn hold(stream: TcpStream, environment: web::Data<Environment>) {
    // Replies are short, and a client waits for each.
    let _ = stream.set_nodelay(true);
    let conversation = Conversation {
        environment,
        stream: BufReader::new(stream),
        greeted: false,
        sender: None,
        recipients: Vec::new(),
    };
    // An error is a client that vanished: there is nobody left to tell.
    let _ = conversation.run().await;
}

impl Conversation {
    async fn run(mut self) -> io::Result<()> {
        let refused = self.hooked("CONNECT", "CONNECT").await?;
        let greeting = refused.unwrap_or_else(|| reply(220, "localhost ESMTP magic-link-emulator"));
        self.answer("CONNECT", &greeting).await?;
        if greeting.code >= 400 {
            return Ok(());
        }
        loop {
            let line = match read_line(&mut self.stream).await? {
                Line::Whole(line) => line,
                Line::TooLong => {
                    self.answer("(unknown)", &reply(500, "Line too long")).await?;
                    continue;
                }
                Line::Unreadable => {
                    self.answer("(unknown)", &reply(500, "Not UTF-8")).await?;
                    continue;
                }
            };
            let command = Command::parse(&line);
            let is_data = command == Command::Data;
            let shown = command.for_log(&line);
            let said = match self.hooked_command(&command, &shown).await? {
                Some(said) => said,
                None => self.carry_out(command).await?,
            };
            self.answer(&shown, &said).await?;
            if is_data && said.code == 354 {
                self.receive().await?;
            } else if said.ends_conversation() {
                return Ok(());
            }
        }
    }

    async fn hooked_command(
        &mut self,
        command: &Command,
        shown: &str,
    ) -> io::Result<Option<Reply>> {
        match command.word() {
            Some(word) => self.hooked(word, shown).await,
            None => Ok(None),
        }
    }

    /// What a hook wants said in place of the usual.
    async fn hooked(&mut self, word: &str, shown: &str) -> io::Result<Option<Reply>> {
        let Some(hook) = self.environment.store().hooks.take(SMTP, word) else {
            return Ok(None);
        };
        hook.delay().await;
        match hook.fault {
            None => {}
            Some(Fault::Hang) => {
                self.log(shown, None);
                // Until the client leaves.
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

    async fn carry_out(&mut self, command: Command) -> io::Result<Reply> {
        Ok(match command {
            Command::Ehlo => {
                self.greet();
                abilities()
            }
            Command::Helo => {
                self.greet();
                reply(250, "localhost")
            }
            Command::Rset => {
                self.forget_message();
                reply(250, "Forgotten")
            }
            Command::Noop => reply(250, "Still here"),
            Command::Quit => reply(221, "Goodbye"),
            Command::Vrfy => reply(502, "Addresses are not verified here"),
            Command::Malformed(word) => reply(501, format!("Syntax error in {word}")),
            // No mail client begins like this, but a browser that was made to POST here does.
            Command::Unknown if !self.greeted => reply(421, "This is an SMTP server"),
            Command::Unknown => reply(500, "Unknown command"),
            _ if !self.greeted => reply(503, "Say EHLO first"),
            Command::Auth(mechanism, credentials) => {
                return self.authenticate(&mechanism, credentials).await;
            }
            Command::Mail(path) => self.begin_message(path),
            Command::Rcpt(path) => self.add_recipient(path),
            Command::Data if self.recipients.is_empty() => reply(503, "RCPT first"),
            Command::Data => reply(354, "End with a line that has a dot alone"),
        })
    }

    fn greet(&mut self) {
        self.greeted = true;
        self.forget_message();
    }

    fn forget_message(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn begin_message(&mut self, path: Path) -> Reply {
        match path {
            _ if self.sender.is_some() => reply(503, "A mail is begun already"),
            path if path.size().is_some_and(|size| size > MAX_MESSAGE) => too_large(),
            path if !path.address.is_ascii() && !path.is_international() => not_international(),
            path => {
                self.sender = Some(path);
                reply(250, "Sender taken")
            }
        }
    }

    fn add_recipient(&mut self, path: Path) -> Reply {
        match &self.sender {
            None => reply(503, "MAIL first"),
            Some(_) if self.recipients.len() == MAX_RECIPIENTS => reply(452, "Too many recipients"),
            Some(sender) if !path.address.is_ascii() && !sender.is_international() => {
                not_international()
            }
            Some(_) => {
                self.recipients.push(path.address);
                reply(250, "Recipient taken")
            }
        }
    }

    /// Takes any credentials, but wants to be given some.
    async fn authenticate(&mut self, mechanism: &str, given: Option<String>) -> io::Result<Reply> {
        let questions: &[&str] = match (mechanism, &given) {
            ("PLAIN", Some(_)) => &[],
            ("PLAIN", None) => &[""],
            // "Username:" and "Password:"
            ("LOGIN", None) => &["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
            ("LOGIN", Some(_)) => &["UGFzc3dvcmQ6"],
            _ => return Ok(reply(504, "Only AUTH PLAIN and AUTH LOGIN")),
        };
        for question in questions {
            self.write(&format!("334 {question}\r\n")).await?;
            if matches!(read_line(&mut self.stream).await?, Line::Whole(line) if line == "*") {
                return Ok(reply(501, "Given up"));
            }
        }
        Ok(reply(235, "Welcome, whoever you are"))
    }

    /// The message after DATA.
    async fn receive(&mut self) -> io::Result<()> {
        let message = read_message(&mut self.stream, MAX_MESSAGE).await?;
        let said = match (self.hooked("BODY", "BODY").await?, message) {
            (Some(said), _) => said,
            (None, None) => too_large(),
            (None, Some(message)) => {
                self.deliver(message);
                reply(250, "In the inbox")
            }
        };
        self.forget_message();
        self.answer("BODY", &said).await
    }

    fn deliver(&mut self, message: Vec<u8>) {
        let sender = self.sender.take().map(|path| path.address).unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        let now = self.environment.store().now();
        let mails = delivery::mails(message, &sender, recipients, now);
        let mut store = self.environment.store();
        mails.into_iter().for_each(|mail| store.mails.keep(mail));
    }

    async fn answer(&mut self, shown: &str, said: &Reply) -> io::Result<()> {
        let lines = said.lines();
        self.log(shown, Some(lines.join("\n")));
        self.write(&(lines.join("\r\n") + "\r\n")).await
    }

    fn log(&self, shown: &str, said: Option<String>) {
        let mut store = self.environment.store();
        let at = timestamp(store.now());
        store.smtp_log.add(shown, said, at);
    }

    async fn write(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await
    }
}
