//! The reserved keys in the map of an `actix-session` session. All other keys are free for the app.

/// The [`SessionInfo`](crate::SessionInfo). Read-only: writes are ignored.
pub const INFO: &str = "session";
/// The user's ID in the store. Read-only.
pub const USER_ID: &str = "person";
/// The name of the [`EndReason`](crate::EndReason). Read-only. An ended session has no other keys.
pub const END_REASON: &str = "ended";
