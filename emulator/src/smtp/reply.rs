//! What is said to a client.

pub(super) const MAX_MESSAGE: usize = 1024 * 1024;

/// A code, and a text each line of which becomes one of the reply.
pub(super) struct Reply {
    pub(super) code: u16,
    text: String,
}

pub(super) fn reply(code: u16, text: impl Into<String>) -> Reply {
    Reply { code, text: text.into() }
}

impl Reply {
    pub(super) fn lines(&self) -> Vec<String> {
        let lines: Vec<&str> = self.text.lines().collect();
        let between = |at| if at + 1 < lines.len() { '-' } else { ' ' };
        let line = |(at, line): (usize, &&str)| format!("{}{}{line}", self.code, between(at));
        lines.iter().enumerate().map(line).collect()
    }

    pub(super) fn ends_conversation(&self) -> bool {
        matches!(self.code, 221 | 421)
    }
}

/// The answer to EHLO.
pub(super) fn abilities() -> Reply {
    let size = format!("SIZE {MAX_MESSAGE}");
    let lines = ["localhost", "8BITMIME", "SMTPUTF8", &size, "PIPELINING", "AUTH PLAIN LOGIN"];
    reply(250, lines.join("\n"))
}

pub(super) fn too_large() -> Reply {
    reply(552, format!("A mail may have {MAX_MESSAGE} bytes"))
}

pub(super) fn not_international() -> Reply {
    reply(553, "An address that isn't ASCII needs MAIL with SMTPUTF8")
}
