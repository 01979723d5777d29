//! Message catalogs in the syntax of [Project Fluent](https://projectfluent.org). The catalogs of
//! all languages are checked against each other when they are loaded.
//!
//! Fluent handles plural forms and word order. This crate adds:
//!
//! - Loading fails unless all languages have the same messages with the same arguments.
//! - A message is named by one string: `sent.wait` is the attribute `wait` of the message `sent`.
//! - A missing argument is an error.
//!
//! The app provides the catalogs, embedded or read at startup. With the default feature `tera`,
//! [`templates`] has functions and constants for [Tera](https://keats.github.io/tera/).
//!
//! # Example
//!
//! ```
//! use fluent_locales::FluentArgs;
//!
//! let english = "
//! inbox =
//!     .title = Your inbox at { brand }
//!     .unread = { $count ->
//!         [one] { $count } unread email
//!        *[other] { $count } unread emails
//!     }";
//! let german = "
//! inbox =
//!     .title = Ihr Posteingang bei { brand }
//!     .unread = { $count ->
//!         [one] { $count } ungelesene E-Mail
//!        *[other] { $count } ungelesene E-Mails
//!     }";
//! let shared = "brand = Example";
//! let catalogs = fluent_locales::load("en", shared, [("de", german), ("en", english)])?;
//!
//! let [english, german] = &catalogs[..] else { unreachable!("two languages, the default first") };
//! assert_eq!(german.text("inbox.title"), "Ihr Posteingang bei Example");
//! let one = FluentArgs::from_iter([("count", 1)]);
//! assert_eq!(english.format("inbox.unread", &one)?, "1 unread email");
//! assert!(english.format("inbox.unread", &FluentArgs::new()).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod catalog;
mod error;
mod negotiate;
#[cfg(feature = "tera")]
pub mod templates;

pub use catalog::{Catalog, Message, load, load_files};
pub use error::{FormatError, LoadError};
pub use fluent_bundle::{FluentArgs, FluentValue};
pub use negotiate::negotiate;
