//! Text that users type or paste: digits of any script, and invisible characters.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Returns the ASCII digit for a decimal digit of any script (Unicode general category Nd).
///
/// ```
/// assert_eq!(mailer::typed::digit('٣'), Some('3'));
/// assert_eq!(mailer::typed::digit('x'), None);
/// ```
#[must_use]
pub fn digit(c: char) -> Option<char> {
    let is_digit = |c: &char| c.general_category() == GeneralCategory::DecimalNumber;
    // The ten digits of a script are consecutive, and those of several scripts may be adjacent.
    let digits_up_to_c = ('\0'..=c).rev().take_while(is_digit).count();
    ('0'..='9').nth(digits_up_to_c.checked_sub(1)? % 10)
}

/// Returns whether a character is white space or a format character, such as a zero-width space or
/// a direction mark, which are often copied by accident. U+202E is not included, because it changes
/// the order in which the following text is displayed.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    let is_format = c.general_category() == GeneralCategory::Format;
    c.is_whitespace() || (is_format && c != '\u{202e}')
}
