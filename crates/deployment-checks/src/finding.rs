//! The result of a check.

use std::fmt;

/// The result of a check. `Display` prints it as one line, which contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was checked, such as `redirect URI`.
    pub check: &'static str,
    /// The result.
    pub verdict: Verdict,
}

/// The result of a check, with a short explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The check passed.
    Ok(String),
    /// The check failed. Says what is wrong and how to fix it.
    Fails(String),
    /// The check could not be made. Says why.
    Unknown(String),
}

impl Finding {
    /// Returns whether the check failed. [`Verdict::Unknown`] is not a failure.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self.verdict, Verdict::Fails(_))
    }
}

/// Formats the finding in columns: `fails    secret files   accessible to …`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, text) = match &self.verdict {
            Verdict::Ok(text) => ("ok", text),
            Verdict::Fails(text) => ("fails", text),
            Verdict::Unknown(text) => ("unknown", text),
        };
        write!(f, "{word:<9}{:<15}{text}", self.check)
    }
}

impl Verdict {
    /// Returns the finding of this check.
    pub(crate) fn of(self, check: &'static str) -> Finding {
        Finding { check, verdict: self }
    }
}

pub(crate) fn ok(text: impl Into<String>) -> Verdict {
    Verdict::Ok(text.into())
}

pub(crate) fn fails(text: impl Into<String>) -> Verdict {
    Verdict::Fails(text.into())
}

pub(crate) fn unknown(text: impl Into<String>) -> Verdict {
    Verdict::Unknown(text.into())
}

#[cfg(test)]
mod tests {
    use super::{fails, ok, unknown};

    #[test]
    fn findings_are_lines_in_columns() {
        let finding = fails("gone").of("secret files");
        assert_eq!(finding.to_string(), "fails    secret files   gone");
        assert_eq!(unknown("why").of("proxy").to_string(), "unknown  proxy          why");
    }

    #[test]
    fn only_fails_is_a_failure() {
        assert!(fails("").of("site").is_failure());
        assert!(!unknown("").of("site").is_failure());
        assert!(!ok("").of("site").is_failure());
    }
}
