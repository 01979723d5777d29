//! Parses SMTP commands.

/// The names that a hook can match: the SMTP commands, `CONNECT` for the greeting and `BODY` for the
/// end of a message.
const HOOKABLE: [&str; 12] = [
    "CONNECT", "EHLO", "HELO", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "RSET", "NOOP", "QUIT",
    "VRFY",
];

pub(crate) fn is_hookable(path: &str) -> bool {
    path == "*" || HOOKABLE.contains(&path)
}

/// A command line.
#[derive(Debug, PartialEq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    /// The mechanism, and the initial credentials, if any.
    Auth(String, Option<String>),
    Mail(Path),
    Rcpt(Path),
    Data,
    Rset,
    Noop,
    Quit,
    Vrfy,
    /// A known command with invalid arguments.
    Malformed(&'static str),
    Unknown,
}

/// The address of MAIL or RCPT, and its parameters in upper case.
#[derive(Debug, PartialEq)]
pub(super) struct Path {
    pub(super) address: String,
    parameters: Vec<String>,
}

impl Command {
    pub(super) fn parse(line: &str) -> Self {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word.to_ascii_uppercase().as_str() {
            "EHLO" if rest.is_empty() => Self::Malformed("EHLO"),
            "HELO" if rest.is_empty() => Self::Malformed("HELO"),
            "EHLO" => Self::Ehlo,
            "HELO" => Self::Helo,
            "AUTH" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
                Self::Auth(mechanism, words.next())
            }
            "MAIL" => Path::parse(rest, "FROM:").map_or(Self::Malformed("MAIL"), Self::Mail),
            "RCPT" => match Path::parse(rest, "TO:") {
                Some(path) if path.address.contains('@') => Self::Rcpt(path),
                _ => Self::Malformed("RCPT"),
            },
            "DATA" => Self::Data,
            "RSET" => Self::Rset,
            "NOOP" => Self::Noop,
            "QUIT" => Self::Quit,
            "VRFY" => Self::Vrfy,
            _ => Self::Unknown,
        }
    }

    /// Returns the name that hooks match.
    pub(super) fn name(&self) -> Option<&'static str> {
        match self {
            Self::Ehlo => Some("EHLO"),
            Self::Helo => Some("HELO"),
            Self::Auth(..) => Some("AUTH"),
            Self::Mail(_) => Some("MAIL"),
            Self::Rcpt(_) => Some("RCPT"),
            Self::Data => Some("DATA"),
            Self::Rset => Some("RSET"),
            Self::Noop => Some("NOOP"),
            Self::Quit => Some("QUIT"),
            Self::Vrfy => Some("VRFY"),
            Self::Malformed(word) => Some(word),
            Self::Unknown => None,
        }
    }

    /// Returns the line for the log, without credentials. Unknown lines are left out, since they may be
    /// a password.
    pub(super) fn for_log(&self, line: &str) -> String {
        match self {
            Self::Auth(mechanism, _) if matches!(mechanism.as_str(), "PLAIN" | "LOGIN") => {
                format!("AUTH {mechanism}")
            }
            Self::Auth(..) => "AUTH".to_owned(),
            Self::Unknown => "(unknown)".to_owned(),
            _ => line.to_owned(),
        }
    }
}

impl Path {
    /// Parses `FROM:<a@b.test> SIZE=123`. The address may be empty, like the sender of a bounce.
    fn parse(rest: &str, keyword: &str) -> Option<Self> {
        let start = rest.get(..keyword.len())?;
        let path = rest[keyword.len()..].trim_start().strip_prefix('<')?;
        let (address, parameters) = path.split_once('>')?;
        let broken = address.contains(|c: char| c.is_control() || c == '<' || c == ' ');
        (start.eq_ignore_ascii_case(keyword) && !broken).then(|| Self {
            address: address.to_owned(),
            parameters: parameters.split_whitespace().map(str::to_ascii_uppercase).collect(),
        })
    }

    /// Returns the announced size of the message, in bytes.
    pub(super) fn size(&self) -> Option<usize> {
        self.parameters.iter().find_map(|one| one.strip_prefix("SIZE=")?.parse().ok())
    }

    pub(super) fn is_international(&self) -> bool {
        self.parameters.iter().any(|one| one == "SMTPUTF8")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_parse_in_any_case_and_spacing() {
        let Command::Mail(path) = Command::parse("mail from: <a@b.test>  size=12 SmtpUtf8") else {
            panic!("not a MAIL");
        };
        assert_eq!(path.address, "a@b.test");
        assert_eq!(path.size(), Some(12));
        assert!(path.is_international());
        assert_eq!(Command::parse("quit"), Command::Quit);
        assert!(matches!(Command::parse("MAIL FROM:<>"), Command::Mail(_)));
    }

    #[test]
    fn invalid_arguments_are_malformed() {
        for line in ["MAIL", "MAIL FROM:a@b.test", "MAIL TO:<a@b.test>", "MAIL FROM:<a@b.test"] {
            assert_eq!(Command::parse(line), Command::Malformed("MAIL"), "{line}");
        }
        for line in ["RCPT TO:<>", "RCPT TO:<a b@c.test>", "RCPT TÖ<a@b.test>"] {
            assert_eq!(Command::parse(line), Command::Malformed("RCPT"), "{line}");
        }
        assert_eq!(Command::parse("EHLO"), Command::Malformed("EHLO"));
    }

    #[test]
    fn log_contains_no_credentials() {
        for line in ["AUTH PLAIN AHVzZXIAcGFzcw==", "auth plain AHVzZXIAcGFzcw=="] {
            assert_eq!(Command::parse(line).for_log(line), "AUTH PLAIN");
        }
        for line in ["AUTH AHVzZXIAcGFzcw==", "AHVzZXIAcGFzcw=="] {
            assert!(!Command::parse(line).for_log(line).contains("cGFzcw"), "{line}");
        }
    }
}
