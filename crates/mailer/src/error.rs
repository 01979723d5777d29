//! Why an email was not sent.

/// Why an email was not sent. Contains neither an email address nor text of the server, which would
/// repeat addresses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The server accepts emails, but not this recipient or message: the reply code.
    #[error("the mail server refused the recipient or the message with {0}")]
    Refused(u16),
    /// The server deferred the email, as greylisting does: the reply code.
    #[error("the mail server deferred the email with {0}")]
    Later(u16),
    /// The server cannot be reached, is not secure, or accepts no email from this sender.
    #[error("the mail server is unavailable: {0}")]
    Unavailable(String),
}
