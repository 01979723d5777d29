//! The sign-in that is under way: from the login form until WorkOS sends the browser back.
//!
//! Nothing of it is stored here. The browser that asked keeps it, sealed, in a cookie of its own
//! ([`PendingSignIn`]); the mail carries the other half ([`State`]). Both halves must meet again.

mod admission;
mod pending;
mod return_to;

pub use admission::Admission;
pub(crate) use pending::make_room;
pub use pending::{Flow, PendingSignIn, State};
pub use return_to::ReturnTo;
