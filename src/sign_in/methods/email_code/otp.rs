//! The code that WorkOS emails, as the user types it.

use std::time::Duration;

use crate::typed::{self, is_invisible};

/// A one-time code of six digits, for the requesting browser. WorkOS's name for it; an authorization code
/// is something else.
#[derive(derive_more::Debug)]
#[debug("OneTimeCode(…)")]
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// How long WorkOS takes it. <https://workos.com/docs/authkit/magic-auth>
    pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

    /// Reads what was typed or pasted. Accepts white space and dashes anywhere, letters that look like
    /// digits, and digits of other scripts.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        // Longer values are rejected.
        if typed.len() > 255 {
            return None;
        }
        let meant = typed.chars().filter(|c| !is_between(*c));
        let digits: String = meant.map(digit).collect::<Option<_>>()?;
        (digits.len() == 6).then_some(Self(digits))
    }

    /// As WorkOS emailed it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Dashes, and what can't be seen.
fn is_between(c: char) -> bool {
    let is_dash = matches!(c, '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}');
    is_dash || is_invisible(c)
}

fn digit(c: char) -> Option<char> {
    match c {
        'O' | 'o' => Some('0'),
        'I' | 'l' | '|' => Some('1'),
        _ => typed::digit(c),
    }
}
