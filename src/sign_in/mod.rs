//! The sign-in flow, from the form until a session begins.
//!
//! | State | Stored in | Next step |
//! |---|---|---|
//! | requested | the browser's cookie ([`PendingSignIn`]) | `deliver.rs` sends the email, or the browser is redirected to the identity provider |
//! | delivered | the email: a link with a [`State`], or a code | the requesting browser opens the link (`callback.rs`), or the user enters the code |
//! | opened in another browser | the other browser's cookie ([`PendingCallback`]) | the right digits (`approve.rs`); three wrong attempts end the sign-in |
//! | approved | the store ([`Approval`]) | the requesting browser continues (`finish.rs`) |
//! | redeemed | a claim in the store ([`End::Redeemed`]), made before the code is exchanged | `complete.rs` exchanges the code, verifies the user and calls [`Admission`](crate::admission::Admission) |
//! | waiting for a choice | the store (`Outcome`), for ten minutes | the right code was entered, and the user chooses an organization, or leaves for the SSO that WorkOS requires |
//! | waiting for consent | the browser's cookie or the store | another user is signed in, and agrees to switch accounts or declines (`switch.rs`) |
//! | signed in | the session, and the store for a minute (`Outcome`), for a browser whose response was lost | |
//! | ended | the store ([`End`]), or the cookie's expiry | a new sign-in |
//!
//! A sign-in can be claimed only once in the store, so it has exactly one end. Its state in the
//! browser, the email and the store is sealed. Each sign-in method is a file in `methods/`. Every
//! repeated request, such as a reload or a second press, goes through `resume.rs`.

// for cross-device
mod approval;
// for cross-device
pub(crate) mod approve;
mod attempts;
pub(crate) mod blocked_cookies;
pub(crate) mod callback;
mod complete;
pub(crate) mod ctx;
mod deliver;
mod detached;
// for cross-device
mod digits;
pub(crate) mod end;
pub(crate) mod finish;
mod id;
mod known_browser;
mod methods;
pub(crate) mod next;
pub(crate) mod outcome;
mod pending;
mod pending_callback;
pub mod rate_limit;
pub(crate) mod refusal;
mod request_context;
pub(crate) mod resume;
mod return_to;
pub(crate) mod start;
mod state;
pub(crate) mod status;
pub(crate) mod switch;
mod verified_identity;

pub use end::End;
pub use id::SignInId;
pub use known_browser::KnownBrowser;
pub(crate) use methods::email_code;
pub use methods::email_code::OneTimeCode;
pub use methods::{LinkDelivery, SessionMethod, SignInMethod};
pub use pending::PendingSignIn;
pub(crate) use pending::{MAX_PER_BROWSER, evict_oldest, is_on_shared_computer, remove_all};
pub use pending_callback::PendingCallback;
pub use request_context::RequestContext;
pub use return_to::ReturnTo;
pub use state::State;

// for cross-device
pub use {approval::Approval, digits::Digits};

// for own-mail
pub use methods::own_link::{MailLink, is_mailed};

// for own-mail
pub(crate) use methods::own_link;

// for sso
pub(crate) use methods::sso;
