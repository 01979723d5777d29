//! The digits that approve a sign-in from another browser.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::sealed::{NoRandomness, random};
use crate::typed::{digit, is_invisible};

/// Two digits, which the requesting browser shows and which must be entered in the browser that
/// opens the link. Only a user who sees both can do so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, derive_more::Debug)]
#[debug("Digits(…)")]
#[serde(transparent)]
pub struct Digits(String);

impl Digits {
    /// Returns two random digits, uniformly distributed.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn random() -> Result<Self, NoRandomness> {
        loop {
            let [byte] = random()?;
            // Reject the 56 values above, which would make some digits more likely than others.
            if byte < 200 {
                return Ok(Self(format!("{:02}", byte % 100)));
            }
        }
    }

    /// Parses typed digits of any script, ignoring white space and invisible characters.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let meant = typed.chars().filter(|c| !is_invisible(*c));
        let digits: String = meant.map(digit).collect::<Option<_>>()?;
        (digits.len() == 2).then_some(Self(digits))
    }

    /// Returns the digits as the page shows them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the typed digits are the same, in constant time.
    #[must_use]
    pub fn matches(&self, typed: &Self) -> bool {
        self.0.as_bytes().ct_eq(typed.0.as_bytes()).into()
    }
}
