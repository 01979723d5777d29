//! Email addresses, and transactional email over SMTP, where each message is delivered at most
//! once.
//!
//! - [`EmailAddress`] parses and normalizes what a user types. It rejects text that two programs
//!   could read as different addresses.
//! - [`Mailer`] sends emails from a web application. A request waits only until the server is ready
//!   for the recipient. The result for that recipient affects neither the return value nor the
//!   duration of the call, so a page that sends email doesn't reveal who has a mailbox.
//! - [`webmail`] has the webmail pages of large providers.
//! - [`typed`] reads digits that users type or paste.
#![cfg_attr(feature = "smtp", doc = "```")]
#![cfg_attr(not(feature = "smtp"), doc = "```ignore")]
//! use std::time::{Duration, SystemTime};
//!
//! use mailer::{Email, EmailAddress, Mailer, Sender, Server, Settings};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     tokio::task::LocalSet::new().run_until(send()).await
//! # }
//! # async fn send() -> Result<(), Box<dyn std::error::Error>> {
//! # use magic_link_emulator::{Emulator, Options};
//! # let options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
//! # let emulator = Emulator::start(options)?;
//! # let smtp_url = emulator.smtp_url();
//! // For example smtps://user:password@mail.example.com
//! let server = Server::parse(&smtp_url, &[])?;
//! let sender = Sender::parse("Example <login@example.com>")?;
//! let mailer = Mailer::start(Settings::new(server, sender));
//!
//! let to = EmailAddress::parse(" Ana@EXAMPLE.com ")?;
//! assert_eq!(to.as_str(), "ana@example.com");
//!
//! let email = Email {
//!     subject: "Sign in to Example".to_owned(),
//!     text: "Open https://example.com/login/open/…".to_owned(),
//!     html: "<a href=\"https://example.com/login/open/…\">Sign in</a>".to_owned(),
//!     lifetime: Duration::from_secs(15 * 60),
//! };
//! // The result comes later, when the server has responded.
//! let (report, delivered) = tokio::sync::oneshot::channel();
//! let on_result = |is_delivered| _ = report.send(is_delivered);
//! mailer.send(&to, email, SystemTime::now(), on_result).await?;
//! assert!(delivered.await?);
//!
//! // Before the program ends:
//! mailer.finish().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Logs and metrics
//!
//! An email that was not delivered is logged with [`tracing`](https://docs.rs/tracing), as a warning
//! if the server rejected it and otherwise as an error. Log entries and errors contain no email
//! address and no text from the server, which often repeats addresses.
//!
//! With the [`metrics`](https://docs.rs/metrics) facade, `upstream_call_duration_seconds` (a
//! histogram) and `upstream_call_failures_total` (a counter, with the label `why`: `refused` or
//! `unreachable`) are recorded with the labels `upstream="mail"` and `call`: `get_ready` up to where
//! the server is ready for the recipient, then `hand_over`.

pub mod email_address;
mod error;
pub mod typed;
pub mod webmail;

#[cfg(not(feature = "smtp"))]
mod disabled;
#[cfg(feature = "smtp")]
mod smtp;

use std::fmt;
use std::time::Duration;

pub use email_address::{EmailAddress, InvalidEmailAddress};
pub use error::MailError;

#[cfg(not(feature = "smtp"))]
pub use disabled::{Mailer, Settings};
#[cfg(feature = "smtp")]
pub use smtp::{InvalidServer, Mailer, Sender, Server, Settings};

/// An email, without the headers that all emails share.
pub struct Email {
    /// The subject, without line breaks.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The same body as HTML.
    pub html: String,
    /// How long the email is useful. If the server defers it, sending is retried for this long.
    pub lifetime: Duration,
}

/// Hides the content, which may contain a sign-in link, because `Debug` output is often logged.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}
