//! Where a person was going when they were asked to sign in.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

/// A path on this site, safe to redirect to. Everything else becomes `/`.
///
/// Parsed, not searched for bad words: the URL parser of the browsers (WHATWG) says whether the
/// text stays on the site, and what it gives back is what we redirect to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ReturnTo(String);

const MAX_BYTES: usize = 255;

impl ReturnTo {
    /// Reads a path from a form or a query. An empty one is the account page.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        Self(path_on_this_site(text).unwrap_or_else(|| "/".to_owned()))
    }

    /// The path with its query, for a `Location` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The login form that leads there.
    #[must_use]
    pub fn login_url(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        format!("/login?{}", query.append_pair("return_to", &self.0).finish())
    }
}

fn path_on_this_site(text: &str) -> Option<String> {
    let odd = |c: char| c.is_control() || c == '\\';
    if text.len() > MAX_BYTES || !text.starts_with('/') || text.chars().any(odd) {
        return None;
    }
    let base = Url::parse("https://site.invalid/").ok()?;
    let url = base.join(text).ok()?;
    let path = url.path();
    // `//host` is another site to a browser, and so may be what a proxy makes of an encoded one.
    let encoded = path.to_ascii_lowercase();
    let ambiguous = ["%2f", "%5c", "%0", "%1", "%7f"].iter().any(|sign| encoded.contains(sign));
    if url.origin() != base.origin() || path.starts_with("//") || ambiguous {
        return None;
    }
    let on_site = url[url::Position::BeforePath..].to_owned();
    (on_site.len() <= MAX_BYTES).then_some(on_site)
}

impl Default for ReturnTo {
    fn default() -> Self {
        Self("/account".to_owned())
    }
}

impl From<String> for ReturnTo {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<ReturnTo> for String {
    fn from(path: ReturnTo) -> Self {
        path.0
    }
}

/// Hides the path: a fork may carry anything in its queries.
impl fmt::Debug for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnTo(…)")
    }
}
