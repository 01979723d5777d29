//! The log of SMTP commands, without messages and credentials.

use std::collections::VecDeque;

use serde::Serialize;

/// Limits memory, since any local program can send commands.
const MAX_ENTRIES: usize = 10_000;

/// A command and its reply, which is null if none was sent.
#[derive(Serialize)]
struct LoggedCommand {
    command: String,
    reply: Option<String>,
    at: String,
}

/// The SMTP commands received, oldest first.
#[derive(Default, Serialize)]
pub(crate) struct SmtpLog(VecDeque<LoggedCommand>);

impl SmtpLog {
    pub(super) fn add(&mut self, command: &str, reply: Option<String>, at: String) {
        self.0.push_back(LoggedCommand { command: command.to_owned(), reply, at });
        if self.0.len() > MAX_ENTRIES {
            self.0.pop_front();
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
