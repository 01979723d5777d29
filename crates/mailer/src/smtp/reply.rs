//! Converts replies of the server, or their absence, to errors.

use lettre::transport::smtp::Error;

use crate::MailError;

/// Service not available, closing transmission channel (RFC 5321, 4.2.3).
const CLOSING: u16 = 421;
/// Authentication is required, too weak, or failed (RFC 4954, 6). Some servers send these replies
/// to RCPT.
const AUTHENTICATION: [u16; 4] = [530, 534, 535, 538];

pub(super) fn timed_out() -> MailError {
    MailError::Unavailable("timed out".to_owned())
}

/// Returns the error for a reply that may depend on the recipient.
pub(super) fn refused(step: &'static str, error: &Error) -> MailError {
    match error.status().map(u16::from) {
        Some(code) if AUTHENTICATION.contains(&code) => failed(step, error),
        // The email hasn't been sent yet.
        Some(CLOSING) => MailError::Later(CLOSING),
        _ => message_refused(step, error),
    }
}

/// Returns the error for a reply to the message. If the server closed the connection, it may have
/// accepted the email.
pub(super) fn message_refused(step: &'static str, error: &Error) -> MailError {
    match error.status().map(u16::from) {
        None | Some(CLOSING) => failed(step, error),
        Some(code @ 400..500) => MailError::Later(code),
        Some(code) => MailError::Refused(code),
    }
}

/// Returns the error for a reply that doesn't depend on the recipient, with only its code, because
/// servers repeat addresses in the text.
pub(super) fn failed(step: &'static str, error: &Error) -> MailError {
    match error.status() {
        Some(code) => MailError::Unavailable(format!("{step}: replied with {code}")),
        None => unavailable(step, error),
    }
}

/// Returns an error with its causes on one line.
pub(super) fn unavailable(step: &'static str, error: &dyn std::error::Error) -> MailError {
    let mut line = format!("{step}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    MailError::Unavailable(line)
}
