//! Why an email was not sent.

/// Why an email was not sent. It contains neither an email address nor text from the server, which
/// often repeats addresses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The server rejected this recipient or message. Has the reply code.
    #[error("the mail server refused the recipient or the message with {0}")]
    Refused(u16),
    /// The server deferred the email, for example by greylisting. Has the reply code.
    #[error("the mail server deferred the email with {0}")]
    Later(u16),
    /// The server cannot be reached, is not secure, or rejects this sender.
    #[error("the mail server is unavailable: {0}")]
    Unavailable(String),
}
