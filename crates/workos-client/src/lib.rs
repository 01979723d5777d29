//! A client for the [WorkOS](https://workos.com) calls that a sign-in needs: passwordless sessions
//! ([Magic Link](https://workos.com/docs/magic-link)), one-time codes ([Magic
//! Auth](https://workos.com/docs/reference/authkit/magic-auth)) and
//! [SSO](https://workos.com/docs/sso).
//!
//! Every call has a deadline, response bodies are limited to 256 KiB, redirects are not followed,
//! and a request is repeated only if WorkOS cannot process it twice. Errors and `Debug` output
//! contain no link, code, token, key or email address, so they can be logged.
//!
//! ```
//! use std::time::Duration;
//!
//! use magic_link_emulator::{Emulator, Options};
//! use workos_client::{Client, CreatePasswordlessSession, Credentials};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! #     tokio::task::LocalSet::new().run_until(sign_in()).await
//! # }
//! # async fn sign_in() -> Result<(), Box<dyn std::error::Error>> {
//! // In production: https://api.workos.com. Here, an emulator on a port of its own.
//! let emulator =
//!     Emulator::start(Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() })?;
//! let credentials = Credentials {
//!     api_key: "sk_test_default".to_owned().into(),
//!     client_id: "client_emulator".to_owned(),
//! };
//! let http = reqwest::Client::builder().user_agent("my-app/1.0");
//! let client = Client::new(http, emulator.url().parse()?, credentials)?;
//!
//! // When the user submits their email address:
//! let session = client
//!     .create_passwordless_session(CreatePasswordlessSession {
//!         email: "ana@example.com",
//!         redirect_uri: "https://app.example.com/callback",
//!         state: "sealed-state",
//!         expires_in: Duration::from_secs(15 * 60),
//!     })
//!     .await?;
//! client.send_passwordless_session(&session.id).await?;
//!
//! // The user opens the link in the email, and WorkOS redirects to /callback?code=…&state=….
//! # use secrecy::ExposeSecret;
//! # let opened = client.http().get(session.link.expose_secret()).send().await?;
//! # let callback = url::Url::parse(opened.headers()["location"].to_str()?)?;
//! # let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1;
//! let profile = client.exchange_code(&code, None).await?;
//! assert_eq!(profile.email, "ana@example.com");
//!
//! // Each authorization code works once.
//! let error = client.exchange_code(&code, None).await.unwrap_err();
//! assert!(error.is_expired_code());
//! # Ok(())
//! # }
//! ```
//!
//! # Metrics
//!
//! Calls are recorded with the [`metrics`](https://docs.rs/metrics) facade, both with the labels
//! `upstream="workos"` and `call`, the name of the method:
//!
//! - `upstream_call_duration_seconds`, a histogram.
//! - `upstream_call_failures_total`, a counter, with the label `why`: `unreachable`, `busy`,
//!   `unreadable`, `refused`, `key_refused`, `rate_limited` or `server_error`.

mod authentication;
mod client;
mod error;
mod json;
mod magic_auth;
mod metrics;
mod passwordless;
mod sso;
mod types;

pub use authentication::{Authentication, ClientInfo, Organization, OrganizationSelection};
pub use client::{Client, Credentials};
pub use error::{FieldError, WorkOsError};
pub use magic_auth::{CodeRefusal, EnteredCode};
pub use passwordless::CreatePasswordlessSession;
pub use sso::{Authorization, Connection, SsoSelector};
pub use types::{PasswordlessSession, Profile, Role};
