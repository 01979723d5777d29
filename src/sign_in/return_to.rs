//! The page to redirect to after the sign-in.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use web_guards::local_path;

/// A path on this site that is safe to redirect to. Any other value becomes `/`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, derive_more::Debug)]
#[debug("ReturnTo(…)")]
#[serde(from = "String")]
pub struct ReturnTo(String);

const MAX_BYTES: usize = 255;

impl ReturnTo {
    /// Parses a path from a form or a query. An empty one becomes the account page.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        Self(local_path(text, MAX_BYTES).unwrap_or_else(|| "/".to_owned()))
    }

    /// Returns the path and query, for a `Location` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the URL of the sign-in form that leads to this path.
    #[must_use]
    pub fn login_url(&self) -> String {
        format!("/login?{}", self.query())
    }

    /// Returns the URL of the page where a signed-in user confirms that it's them, and that leads
    /// to this path.
    #[must_use]
    pub fn confirm_url(&self) -> String {
        format!("/login/confirm?{}", self.query())
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", &self.0).finish()
    }
}

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/account".to_owned())
    }
}

/// Validates a stored path again, because the rules may have changed since.
impl From<String> for ReturnTo {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}
