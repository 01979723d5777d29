//! Mail of our own: how a message is handed to a mail server. What stands in it is the pages'
//! business, and what its link does the sign-in's.

use std::time::Duration;

#[cfg(feature = "smtp")]
mod connections;
#[cfg(feature = "smtp")]
mod line_by_line;
#[cfg(feature = "smtp")]
mod measured;
#[cfg(feature = "smtp")]
mod message;
#[cfg(feature = "smtp")]
mod reply;
#[cfg(feature = "smtp")]
mod server;
#[cfg(feature = "smtp")]
mod smtp;
#[cfg(feature = "smtp")]
pub use server::Settings;
#[cfg(feature = "smtp")]
pub use smtp::Mailer;

#[cfg(not(feature = "smtp"))]
mod without;
#[cfg(not(feature = "smtp"))]
pub use without::{Mailer, Settings};

/// A mail, without what every mail of this site has.
pub struct Mail {
    /// One line.
    pub subject: String,
    /// For readers of plain text.
    pub text: String,
    /// The same, with looks.
    pub html: String,
    /// For how long it is worth sending.
    pub lifetime: Duration,
}

/// Why a mail didn't go. What is said here holds no address and nothing that the server said, which
/// repeats them.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server takes mail, but not for this recipient: the reply code.
    #[error("the mail server refused the recipient or the message with {0}")]
    Refused(u16),
    /// The server asks to try again later, as greylisting does: the reply code. It has taken nothing.
    #[error("the mail server asks to try again later, with {0}")]
    Later(u16),
    /// The server can't be reached, isn't safe to talk to, or takes no mail from us.
    #[error("the mail server took no mail: {0}")]
    Unavailable(String),
}
