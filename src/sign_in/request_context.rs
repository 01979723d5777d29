//! How a sign-in was requested, for the pages of another browser that opens its link.

use serde::{Deserialize, Serialize};

use super::Digits;

/// How a sign-in was requested. It is sealed into the link; its names are short because `state` has at
/// most 255 characters.
#[derive(Clone, Serialize, Deserialize, derive_more::Debug)]
#[debug("RequestContext {{ at: {at}, .. }}")]
pub struct RequestContext {
    /// When, in seconds since 1970.
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
