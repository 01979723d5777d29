//! The digits that approve a sign-in from another browser.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::sealed::{NoRandomness, random};
use crate::typed::{digit, is_invisible};

/// Two digits that the requesting browser shows, and that must be typed in the browser that opens the
/// link, which only a user who has both of them can do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, derive_more::Debug)]
#[debug("Digits(…)")]
#[serde(transparent)]
pub struct Digits(String);

impl Digits {
    /// Any of the hundred, each as likely.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn random() -> Result<Self, NoRandomness> {
        loop {
            let [byte] = random()?;
            // The 56 left over would make some likelier than others.
            if byte < 200 {
                return Ok(Self(format!("{:02}", byte % 100)));
            }
        }
    }

    /// Reads what was typed: digits of any script, white space and invisible characters ignored.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let meant = typed.chars().filter(|c| !is_invisible(*c));
        let digits: String = meant.map(digit).collect::<Option<_>>()?;
        (digits.len() == 2).then_some(Self(digits))
    }

    /// As the page shows them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether they are the same, compared in constant time.
    #[must_use]
    pub fn are(&self, typed: &Self) -> bool {
        self.0.as_bytes().ct_eq(typed.0.as_bytes()).into()
    }
}
