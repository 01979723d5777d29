//! The sign-in that is under way: from the login form until WorkOS sends the browser back.
//!
//! Nothing of it is stored here. The browser that asked keeps it, sealed, in a cookie of its own
//! ([`PendingSignIn`]); the mail carries the other half: WorkOS's mail a [`State`], ours a
//! [`MailLink`], which brings a [`State`] when it is used. Both halves must meet again.
//!
//! Or WorkOS mails a [`OneTimeCode`], which is typed in here: the browser's half is all there is then.
//!
//! Where the link is opened in a browser that didn't ask, the person types the [`Digits`] that the
//! other one shows: an [`Approval`] then waits for it in the store.

mod approval;
mod arrival;
mod asking;
mod delivery;
mod digits;
mod end;
mod id;
mod known_browser;
mod mail_link;
mod one_time_code;
mod pending;
mod return_to;
mod state;
mod way;

pub use approval::Approval;
pub use arrival::Arrival;
pub use asking::Asking;
pub use delivery::LinkDelivery;
pub use digits::Digits;
pub use end::End;
pub use id::SignInId;
pub use known_browser::KnownBrowser;
pub use mail_link::{MailLink, is_mailed};
pub use one_time_code::OneTimeCode;
pub use pending::PendingSignIn;
pub(crate) use pending::{make_room, remove_all};
pub use return_to::ReturnTo;
pub use state::State;
pub(crate) use way::TIME_FOR_SSO;
pub use way::{CodeVerifier, Way};
