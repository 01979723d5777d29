//! The reference web application for [WorkOS Magic Link](https://workos.com/docs/magic-link), and
//! the template to start one's own from.
//!
//! WorkOS proves that a person controls a mailbox, and hands this app a Profile, once. What comes
//! before is a *sign-in under way*; what comes after is a *session*, and that is ours alone.
//!
//! # One sign-in, from top to bottom
//!
//! 1. `main.rs` reads the settings ([`config`]) and starts the app ([`server::serve`]).
//! 2. `routes/mod.rs` is the whole site on one page.
//! 3. `GET /login` is a form. It sets no cookie, and for a stranger asks no store.
//! 4. `POST /login` parses the address ([`email_address`]), asks whether it may come in
//!    ([`admission::Admission`]) and not too often ([`rate_limit`]), begins a sign-in ([`sign_in::PendingSignIn`]), and has WorkOS make
//!    and mail the link ([`workos::Client::create_passwordless_session`],
//!    [`workos::Client::send_passwordless_session`]). One half of the sign-in stays in the browser,
//!    sealed in a cookie; the other, [`sign_in::State`], travels with the mail.
//!
//!    Or we mail a link of our own ([`mail`]), a [`sign_in::MailLink`] to `/login/open/{token}`:
//!    WorkOS makes its link when the button there is pressed, and the browser leaves for it.
//!
//!    Or WorkOS mails a code ([`sign_in::OneTimeCode`]), and the page that waits takes it, by
//!    `POST /login/code` ([`workos::Client::create_magic_auth`],
//!    [`workos::Client::authenticate_with_magic_auth`]); it goes on at 7.
//!
//!    Or the address is of an organization that signs in through SSO ([`sign_in::SignInMethod`]): the browser
//!    leaves for its identity provider by `/login/sso`.
//! 5. The person clicks. WorkOS takes its link, and sends the browser to
//! 6. `GET /callback`, where both halves must meet; in a browser that didn't ask, `/login/approve`
//!    has its person type the digits that the asking one shows ([`sign_in::RequestContext`]), and that one
//!    comes to the same end by `/login/finish`. The sign-in is completed by `sign_in/complete.rs`, in
//!    a task that outlives the connection: it is claimed in the store before the code is exchanged
//!    ([`workos::Client::exchange_code`]), and the Profile must be of the address that was asked for.
//! 7. A new session begins ([`session::CurrentUser`]): its row is on disk before the browser gets
//!    the cookie ([`session::store`]). The outcome waits in the store for a minute, in case the
//!    browser never got it.
//! 8. The browser goes on to where it was going ([`sign_in::ReturnTo`]), with a clean URL.
//! 9. `GET /account` takes a [`session::CurrentUser`]: needing a person is a parameter.
//!
//! Whatever fails on the way is a [`error::Failure`], which one place makes a page of. Pages and mails
//! say what stands in `words/`, in the language of whoever reads them.

pub mod admission;
mod app;
mod assets;
mod audit;
mod causes;
pub mod commands;
pub mod config;
pub mod cookies;
pub mod error;
mod error_responses;
pub mod observability;
mod pages;
pub mod rate_limit;
mod routes;
pub mod server;
pub mod session;
pub mod sign_in;
mod templates;
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
