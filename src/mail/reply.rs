//! What a server's reply, or the want of one, means.

use lettre::transport::smtp::Error;

use super::MailError;
use crate::causes::with_sources;

/// Service not available, closing transmission channel (RFC 5321, 4.2.3).
const CLOSING: u16 = 421;
/// Authentication is required, too weak, or went wrong (RFC 4954, 6): said at RCPT by servers that
/// let nobody send without.
const AUTHENTICATION: [u16; 4] = [530, 534, 535, 538];
pub(super) fn took_too_long() -> MailError {
    MailError::Unavailable("it took too long".to_owned())
}

/// What the server said to this recipient; but not what it would say to any.
pub(super) fn refused(step: &'static str, error: &Error) -> MailError {
    match error.status().map(u16::from) {
        Some(code) if AUTHENTICATION.contains(&code) => failed(step, error),
        // Before the message was sent.
        Some(CLOSING) => MailError::Later(CLOSING),
        _ => message_refused(step, error),
    }
}

/// The same of the message itself: a server that hangs up on it may have taken it.
pub(super) fn message_refused(step: &'static str, error: &Error) -> MailError {
    match error.status().map(u16::from) {
        None | Some(CLOSING) => failed(step, error),
        Some(code @ 400..500) => MailError::Later(code),
        Some(code) => MailError::Refused(code),
    }
}

/// Of a reply only the code: servers repeat addresses in theirs.
pub(super) fn failed(step: &'static str, error: &Error) -> MailError {
    match error.status() {
        Some(code) => MailError::Unavailable(format!("{step}: it answered with {code}")),
        None => unavailable(step, error),
    }
}

pub(super) fn unavailable(step: &'static str, error: &dyn std::error::Error) -> MailError {
    MailError::Unavailable(format!("{step}: {}", with_sources(error)))
}
