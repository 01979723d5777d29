//! Reads variables one by one and collects what is wrong with them.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use crate::outgoing::ExtraRoots;
pub(super) use crate::outgoing::is_loopback;
use crate::session::RateLimit;

/// Thirty days: a counter that lives longer is no rate.
const MAX_WINDOW_SECONDS: u64 = 30 * 24 * 60 * 60;

/// Everything that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(|problem| format!("  {problem}\n")).collect::<String>())]
pub struct Problems(pub Vec<Problem>);

/// One variable, and what it must be. The value isn't repeated: it may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable's name.
    pub variable: &'static str,
    /// What the variable is, or when it is needed.
    pub expected: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variable, self.expected)
    }
}

/// The variables, and the problems so far. Every method gives some value, so that reading goes on
/// to the last variable; [`Reader::finish`] tells whether the values may be used.
pub(super) struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
    /// `EXTRA_CA_FILE`
    pub(super) extra_roots: ExtraRoots,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let mut read = Self { variable, problems: Vec::new(), extra_roots: ExtraRoots::default() };
        if let Some(file) = read.get("EXTRA_CA_FILE") {
            match ExtraRoots::read(Path::new(&file)) {
                Some(roots) => read.extra_roots = roots,
                None => read.problem("EXTRA_CA_FILE", "is a file of certificates in PEM form"),
            }
        }
        read
    }

    pub(super) fn problem(&mut self, variable: &'static str, expected: &'static str) {
        let problem = Problem { variable, expected };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// The value; one that is set to nothing counts as not set.
    pub(super) fn get(&mut self, name: &'static str) -> Option<String> {
        let value = (self.variable)(name)?;
        let unquoted = ['"', '\'']
            .into_iter()
            .find_map(|quote| value.trim().strip_prefix(quote)?.strip_suffix(quote));
        if unquoted.is_some() {
            self.problem(
                name,
                "has quotes around its value: leave them out where nothing removes them, as in \
                 `docker --env-file`",
            );
        }
        Some(unquoted.unwrap_or(&value).trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn or(&mut self, name: &'static str, default: &str) -> String {
        self.get(name).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn required(&mut self, name: &'static str, expected: &'static str) -> String {
        self.get(name).unwrap_or_else(|| {
            self.problem(name, expected);
            String::new()
        })
    }

    /// A parsed value. `default` must parse; it stands in for a bad value until `finish`.
    pub(super) fn parse<T: FromStr>(
        &mut self,
        name: &'static str,
        default: &str,
        expected: &'static str,
    ) -> T {
        if let Some(value) = self.get(name) {
            match value.parse() {
                Ok(value) => return value,
                Err(_) => self.problem(name, expected),
            }
        }
        default.parse().unwrap_or_else(|_| unreachable!("the default of {name} parses"))
    }

    /// One of these words; the first is the default.
    pub(super) fn one_of<const N: usize>(
        &mut self,
        name: &'static str,
        words: [&'static str; N],
        expected: &'static str,
    ) -> &'static str {
        let value = self.or(name, words[0]);
        words.into_iter().find(|word| *word == value).unwrap_or_else(|| {
            self.problem(name, expected);
            words[0]
        })
    }

    /// An https URL; plain http only for a loopback host.
    pub(super) fn url(&mut self, name: &'static str, default: &str) -> Url {
        let url: Url = self.parse(name, default, "is a URL");
        let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        if secure && url.username().is_empty() && url.password().is_none() {
            return url;
        }
        self.problem(
            name,
            "is an https URL (http only for localhost), without a user name or password",
        );
        parse_default(name, default)
    }

    /// A duration such as `30s`, `15m`, `12h` or `7d`, within so many seconds; `range` says so.
    pub(super) fn duration(
        &mut self,
        name: &'static str,
        default: &str,
        seconds: RangeInclusive<u64>,
        range: &'static str,
    ) -> Duration {
        let Seconds(value) = self.parse(name, default, "is a duration such as 30s, 15m, 12h or 7d");
        if !seconds.contains(&value) {
            self.problem(name, range);
        }
        Duration::from_secs(value)
    }

    /// So many within such a time: `5/15m`.
    pub(super) fn rate_limit(&mut self, name: &'static str, default: &str) -> RateLimit {
        let PerTime(limit) = self.parse(name, default, "is a number and a duration, such as 5/15m");
        limit
    }

    pub(super) fn finish<T>(self, value: T) -> Result<T, Problems> {
        if self.problems.is_empty() { Ok(value) } else { Err(Problems(self.problems)) }
    }
}

fn parse_default<T: FromStr>(name: &str, default: &str) -> T {
    default.parse().unwrap_or_else(|_| unreachable!("the default of {name} parses"))
}

struct Seconds(u64);

impl FromStr for Seconds {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let unit = text.chars().last().ok_or(())?;
        let number: u64 = text.strip_suffix(unit).ok_or(())?.parse().map_err(drop)?;
        let seconds_per_unit = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return Err(()),
        };
        number.checked_mul(seconds_per_unit).map(Self).ok_or(())
    }
}

struct PerTime(RateLimit);

impl FromStr for PerTime {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, within) = text.split_once('/').ok_or(())?;
        let at_most: NonZeroU32 = number.trim().parse().map_err(drop)?;
        let Seconds(seconds) = within.trim().parse()?;
        if !(1..=MAX_WINDOW_SECONDS).contains(&seconds) {
            return Err(());
        }
        Ok(Self(RateLimit { at_most: at_most.get(), within: Duration::from_secs(seconds) }))
    }
}
