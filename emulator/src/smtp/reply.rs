//! SMTP replies.

pub(super) const MAX_MESSAGE: usize = 1024 * 1024;

/// A code and a text, which may have several lines.
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
        let separator = |at| if at + 1 < lines.len() { '-' } else { ' ' };
        let line = |(at, line): (usize, &&str)| format!("{}{}{line}", self.code, separator(at));
        lines.iter().enumerate().map(line).collect()
    }

    pub(super) fn closes_connection(&self) -> bool {
        matches!(self.code, 221 | 421)
    }
}

/// Returns the reply to EHLO.
pub(super) fn ehlo_reply() -> Reply {
    let size = format!("SIZE {MAX_MESSAGE}");
    let lines = ["localhost", "8BITMIME", "SMTPUTF8", &size, "PIPELINING", "AUTH PLAIN LOGIN"];
    reply(250, lines.join("\n"))
}

pub(super) fn too_large() -> Reply {
    reply(552, format!("The message exceeds {MAX_MESSAGE} bytes"))
}

pub(super) fn not_international() -> Reply {
    reply(553, "Non-ASCII addresses require MAIL with SMTPUTF8")
}
