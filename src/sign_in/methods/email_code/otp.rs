//! The code that WorkOS emails.

use std::time::Duration;

use crate::typed::{self, is_invisible};

/// A six-digit one-time code (WorkOS's term), entered in the requesting browser. Not to be confused
/// with an authorization code.
#[derive(derive_more::Debug)]
#[debug("OneTimeCode(…)")]
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// How long WorkOS accepts a code. <https://workos.com/docs/authkit/magic-auth>
    pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

    /// Parses a typed or pasted code. Accepts white space and dashes anywhere, letters that look
    /// like digits, digits of other scripts, and a text with only one code in it.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 255 {
            return None;
        }
        Self::read(typed).or_else(|| Self::find(typed))
    }

    fn read(typed: &str) -> Option<Self> {
        let meant = typed.chars().filter(|c| !is_between(*c));
        let digits: String = meant.map(digit).collect::<Option<_>>()?;
        (digits.len() == 6).then_some(Self(digits))
    }

    /// Finds the code in a text, such as the sentence of the email: `123456`, `123 456` or `123-456`.
    fn find(text: &str) -> Option<Self> {
        // Two characters between two groups leave an empty one.
        let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
        let whole = groups.iter().filter(|group| group.len() == 6).map(|group| group.to_string());
        let halves = groups.windows(2).filter(|two| two.iter().all(|half| half.len() == 3));
        let mut codes = whole.chain(halves.map(<[&str]>::concat));
        codes.next().filter(|_| codes.next().is_none()).map(Self)
    }

    /// Returns the code as WorkOS emailed it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether this is a dash, white space or an invisible character.
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
