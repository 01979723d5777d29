//! A small client for the few WorkOS calls that a sign-in needs.
//!
//! It knows nothing of this app: no page, no session, no actix. The facts it rests on are those of
//! the WorkOS reference; where the reference is silent it tolerates every answer seen in the wild.

mod client;
mod error;
mod json;
mod magic_auth;
mod measured;
mod passwordless;
mod sso;
mod types;

pub use client::{Client, Credentials};
pub use error::{FieldError, WorkOsError};
pub use magic_auth::CodeRefusal;
pub use passwordless::CreatePasswordlessSession;
pub use sso::{Authorization, SsoSelector};
pub use types::{PasswordlessSession, Profile};
