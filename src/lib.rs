//! The reference web application for [WorkOS Magic Link](https://workos.com/docs/magic-link), and
//! the template to start one's own from.
//!
//! WorkOS authenticates a user once: it proves that they control a mailbox, or asks their identity
//! provider. Before that there is a pending *sign-in*; after it a *session*, which this app manages.
//!
//! # A sign-in, step by step
//!
//! 1. `main.rs` reads the settings ([`config`]) and starts the app ([`server::serve`]).
//!    `routes/mod.rs` lists all routes; each is a file, which calls one function of [`sign_in`].
//! 2. `POST /login` (`sign_in/start.rs`) parses the address ([`email_address`]), asks
//!    [`admission::Admission`] and [`sign_in::rate_limit`] whether it may sign in, and begins a
//!    [`sign_in::PendingSignIn`], which stays in the browser, sealed in a cookie.
//! 3. `sign_in/deliver.rs` has the email sent, by the [`sign_in::SignInMethod`]: each is a file in
//!    `sign_in/methods/`.
//!    - `workos_link`: WorkOS emails a link ([`workos::Client::create_passwordless_session`]), which
//!      brings back our [`sign_in::State`].
//!    - `own_link`: we email a link ([`sign_in::MailLink`]) to a page with a button; WorkOS makes its
//!      link when the button is pressed, and the browser leaves for it.
//!    - `email_code`: WorkOS emails a code ([`sign_in::OneTimeCode`]), which the user types in.
//!    - `sso`: no email; the browser leaves for the identity provider of the user's organization.
//! 4. `GET /callback` (`sign_in/callback.rs`) verifies that `state` belongs to a sign-in of this
//!    browser. In any other browser, `sign_in/approve.rs` asks for two digits, and the requesting
//!    browser continues (`sign_in/finish.rs`).
//! 5. `sign_in/complete.rs` completes every sign-in: it claims it in the store, exchanges the code for
//!    a Profile ([`workos::Client::exchange_code`]), verifies that, asks
//!    [`admission::Admission::on_sign_in`], and begins the session.
//! 6. The browser goes to where it was going ([`sign_in::ReturnTo`]). `GET /account` takes a
//!    [`session::CurrentUser`]: authentication is a parameter of a handler.
//!
//! Whatever fails is an [`error::Failure`], which `pages/error_responses.rs` turns into a page or a problem
//! document. Pages and emails take their text from `locales/`, in the language of the visitor.

pub mod admission;
mod app;
mod audit;
pub mod commands;
pub mod config;
pub mod error;
pub mod observability;
mod pages;
mod routes;
pub mod server;
pub mod session;
pub mod sign_in;
pub use mailer as mail;
pub use mailer::email_address;
use mailer::typed;
use mailer::webmail;
pub use sealed_values as sealed;
use sealed_values::host_cookie;
pub use session_store::clock;
use session_store::purge;
use web_guards::client_ip;
use web_guards::same_origin;
use web_guards::shutdown;
pub use workos_client as workos;
