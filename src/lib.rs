//! A reference web application for [WorkOS Magic Link](https://workos.com/docs/magic-link), and a
//! template for your own.
//!
//! WorkOS authenticates a user once: it verifies that they control a mailbox, or asks their
//! identity provider. Until then there is a pending *sign-in*; afterwards there is a *session*,
//! which this app manages.
//!
//! # A sign-in, step by step
//!
//! 1. `main.rs` reads the settings ([`config`]) and starts the app ([`server::serve`]).
//!    `routes/mod.rs` lists all routes. Each route is a file. Those of a sign-in call a function of
//!    [`sign_in`].
//! 2. `POST /login` (`sign_in/start.rs`) parses the email address ([`email_address`]), and checks
//!    [`admission::Admission`] and [`sign_in::rate_limit`]. It creates a
//!    [`sign_in::PendingSignIn`], which the browser keeps in a sealed cookie.
//! 3. `sign_in/deliver.rs` sends the email. Each [`sign_in::SignInMethod`] is a file in
//!    `sign_in/methods/`:
//!    - `workos_link`: WorkOS emails a link ([`workos::Client::create_passwordless_session`]).
//!      Opening it redirects to `/callback` with our [`sign_in::State`].
//!    - `own_link`: the app emails a link ([`sign_in::MailLink`]) to a page with a button. Pressing
//!      the button creates a WorkOS link, which the browser follows.
//!    - `email_code`: WorkOS emails a code ([`sign_in::OneTimeCode`]), which the user enters. Members
//!      of several organizations then choose one.
//!    - `sso`: no email is sent. The browser is redirected to the identity provider of the user's
//!      organization.
//! 4. `GET /callback` (`sign_in/callback.rs`) verifies that `state` belongs to a pending sign-in of
//!    this browser. In any other browser, `sign_in/approve.rs` asks for two digits, and the
//!    requesting browser continues (`sign_in/finish.rs`).
//! 5. `sign_in/complete.rs` completes every sign-in. It claims the sign-in in the store, exchanges
//!    the authorization code for a Profile ([`workos::Client::exchange_code`]), verifies the
//!    Profile, calls [`admission::Admission::on_sign_in`], and begins the session.
//! 6. The browser is redirected to the page that it first requested ([`sign_in::ReturnTo`]). `GET
//!    /account` takes a [`session::CurrentUser`]: authentication is an extractor parameter.
//!
//! Every failure is an [`error::Failure`], which `pages/error_responses.rs` turns into a page or a
//! problem document. Pages and emails get their text from `locales/`, in the visitor's language.

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
