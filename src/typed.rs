//! What people type or paste: digits of any script, and characters that can't be seen.

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// The ASCII digit that this is, in whatever script (Unicode, general category Nd).
pub(crate) fn digit(c: char) -> Option<char> {
    let is_digit = |c: &char| category(*c) == GeneralCategory::DecimalNumber;
    // The digits of a script are encoded in a row, from its zero on; several rows may touch.
    let up_to_it = ('\0'..=c).rev().take_while(is_digit).count();
    ('0'..='9').nth(up_to_it.checked_sub(1)? % 10)
}

/// White space, and the format characters that come along with what is copied: without a width,
/// or for the direction of text. Not U+202E, which shows what follows in another order than it is.
pub(crate) fn is_invisible(c: char) -> bool {
    let is_format = category(c) == GeneralCategory::Format;
    c.is_whitespace() || (is_format && c != '\u{202e}')
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}
