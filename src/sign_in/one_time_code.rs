//! The code that WorkOS mails, as somebody types it.

use std::fmt;
use std::time::Duration;

/// Six digits, for the browser that asked. Called so, as WorkOS does, because an authorization code is
/// another thing.
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// How long WorkOS takes it. <https://workos.com/docs/authkit/magic-auth>
    pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

    /// Reads what was typed or pasted. Forgiven are white space and dashes anywhere, letters that look
    /// like digits, and digits of other scripts.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        // Six digits and what may stand between them, and no novel.
        if typed.len() > 255 {
            return None;
        }
        let meant = typed.chars().filter(|c| !is_between(*c));
        let digits: String = meant.map(digit).collect::<Option<_>>()?;
        (digits.len() == 6).then_some(Self(digits))
    }

    /// As WorkOS mailed it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// White space, dashes, and the marks without width that come along with what is copied.
fn is_between(c: char) -> bool {
    let is_mark =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let is_dash =
        matches!(c, '-' | '_' | '.' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}');
    c.is_whitespace() || is_mark || is_dash
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'o' => Some('0'),
        'I' | 'l' | '|' => Some('1'),
        _ => {
            // Of each script, from its zero on (Unicode, general category Nd).
            let zero = ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&u32::from(c)))?;
            char::from_digit(u32::from(c) - zero, 10)
        }
    }
}

/// The zeros of the scripts whose digits a keyboard may have: Arabic, Persian, Devanagari, Bengali,
/// Gurmukhi, Gujarati, Tamil, Telugu, Kannada, Malayalam, Thai, Lao, Burmese, Khmer, and those as wide
/// as Chinese characters.
const ZEROS: [u32; 15] = [
    0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040,
    0x17e0, 0xff10,
];

/// Hides the digits.
impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}
