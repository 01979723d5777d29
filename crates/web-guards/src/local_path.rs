//! Paths that are safe to redirect to.

use url::{Position, Url};

/// Returns the path and query on this site that browsers read from the text. Returns `None` if it
/// could lead to another site, or is longer than `max_bytes` (CWE-601).
///
/// The text is parsed like a browser does (WHATWG URL), rather than searched for dangerous parts.
/// Redirect to the returned path, not to the original text.
///
/// ```
/// use web_guards::local_path;
///
/// assert_eq!(local_path("/a/../b?c=d", 255).as_deref(), Some("/b?c=d"));
/// assert_eq!(local_path("//evil.example", 255), None);
/// assert_eq!(local_path("/\\evil.example", 255), None);
/// ```
#[must_use]
pub fn local_path(text: &str, max_bytes: usize) -> Option<String> {
    let is_rejected = |c: char| c.is_control() || c == '\\';
    if text.len() > max_bytes || !text.starts_with('/') || text.chars().any(is_rejected) {
        return None;
    }
    let base = Url::parse("https://site.invalid/").ok()?;
    let url = base.join(text).ok()?;
    let path = url.path();
    // Browsers treat `//host` as another site, and a proxy may decode an encoded one.
    let encoded = path.to_ascii_lowercase();
    let is_ambiguous = ["%2f", "%5c", "%0", "%1", "%7f"].iter().any(|sign| encoded.contains(sign));
    if url.origin() != base.origin() || path.starts_with("//") || is_ambiguous {
        return None;
    }
    let local = url[Position::BeforePath..].to_owned();
    (local.len() <= max_bytes).then_some(local)
}
