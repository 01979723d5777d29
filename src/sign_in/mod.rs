//! The sign-in that is under way: from the login form until WorkOS sends the browser back.
//!
//! Nothing of it is stored here. The browser that asked keeps it, sealed, in a cookie of its own
//! ([`PendingSignIn`]); the mail carries the other half: WorkOS's mail a [`State`], ours a
//! [`MailLink`], which brings a [`State`] when it is used. Both halves must meet again.

mod admission;
mod delivery;
mod mail_link;
mod pending;
mod return_to;

pub use admission::Admission;
pub use delivery::LinkDelivery;
pub use mail_link::MailLink;
pub(crate) use pending::make_room;
pub use pending::{Flow, PendingSignIn, State};
pub use return_to::ReturnTo;
