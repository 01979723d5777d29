//! How a sign-in was requested, shown by another browser that opens the link.

use serde::{Deserialize, Serialize};

use super::Digits;

/// How a sign-in was requested. It is sealed into the link. Serialized names are short because
/// `state` is limited to 255 characters.
#[derive(Clone, Serialize, Deserialize, derive_more::Debug)]
#[debug("RequestContext {{ at: {at}, .. }}")]
pub struct RequestContext {
    /// When it was requested, in seconds since 1970.
    #[serde(rename = "a")]
    pub at: i64,
    /// The name of the requesting browser.
    #[serde(rename = "d")]
    pub device: String,
    // for cross-device
    /// The digits that the waiting page shows.
    #[serde(rename = "g")]
    pub digits: Digits,
}
