//! How a sign-in was asked for: what a browser is told of it that opens its link without having
//! asked.

use serde::{Deserialize, Serialize};

use super::Digits;

/// How a sign-in was asked for. It travels with the link, sealed; its names are short because
/// `state` has 255 characters in all.
#[derive(Clone, Serialize, Deserialize, derive_more::Debug)]
#[debug("RequestContext {{ at: {at}, .. }}")]
pub struct RequestContext {
    /// When, in seconds since 1970.
    #[serde(rename = "a")]
    pub at: i64,
    /// The browser that asked, in words.
    #[serde(rename = "d")]
    pub device: String,
    // for cross-device
    /// What the page shows that waits for the mail.
    #[serde(rename = "g")]
    pub digits: Digits,
}
