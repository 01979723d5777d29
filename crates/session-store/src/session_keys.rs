//! The keys of the store in the map of an actix-session session. Other keys are the app's.

/// [`SessionInfo`](crate::SessionInfo). Read only: writes are ignored.
pub const INFO: &str = "session";
/// The user's ID in the store. Read only.
pub const USER_ID: &str = "person";
/// The name of the [`EndReason`](crate::EndReason). An ended session has nothing else. Read only.
pub const END_REASON: &str = "ended";
