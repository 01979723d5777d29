//! Reads variables one by one and collects their problems.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use url::{Host, Url};

/// All problems with the settings. `Display` prints one indented line for each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(|problem| format!("  {problem}\n")).collect::<String>())]
pub struct Problems(pub Vec<Problem>);

/// A variable that is missing or invalid, and what it must be. The value isn't included, since it
/// may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable's name.
    pub variable: &'static str,
    /// What the variable must be, or when it is required: `must be a URL`.
    pub expected: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variable, self.expected)
    }
}

/// Reads variables and collects problems.
///
/// In all methods, `expected` says what the variable must be, such as `must be a URL`. A `default` must
/// be a valid value. It replaces an invalid one until [`Reader::finish`].
pub struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Creates a reader. `variable` returns the value of a variable, or `None` if it isn't set.
    pub fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { variable, problems: Vec::new() }
    }

    /// Adds a problem, unless it was added before.
    pub fn problem(&mut self, variable: &'static str, expected: &'static str) {
        let problem = Problem { variable, expected };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Returns the value without surrounding white space. An empty variable counts as not set.
    pub fn get(&mut self, name: &'static str) -> Option<String> {
        let value = (self.variable)(name)?;
        let unquoted = ['"', '\'']
            .into_iter()
            .find_map(|quote| value.trim().strip_prefix(quote)?.strip_suffix(quote));
        if unquoted.is_some() {
            self.problem(
                name,
                "must be set without quotes where nothing removes them, such as in \
                 `docker --env-file`",
            );
        }
        Some(unquoted.unwrap_or(&value).trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Returns the value, or the default if the variable isn't set.
    pub fn or(&mut self, name: &'static str, default: &str) -> String {
        self.get(name).unwrap_or_else(|| default.to_owned())
    }

    /// Returns the value of a required variable.
    pub fn required(&mut self, name: &'static str, expected: &'static str) -> String {
        self.get(name).unwrap_or_else(|| {
            self.problem(name, expected);
            String::new()
        })
    }

    /// Returns the parsed value.
    ///
    /// # Panics
    /// If the default doesn't parse.
    pub fn parse<T: FromStr>(
        &mut self,
        name: &'static str,
        default: &str,
        expected: &'static str,
    ) -> T {
        self.optional(name, expected, |text| text.parse().ok())
            .unwrap_or_else(|| parse_default(name, default))
    }

    /// Returns the parsed value, or `None` if the variable isn't set or `parse` returns `None`.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(name)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.problem(name, expected);
        }
        parsed
    }

    /// Returns the parsed entries of a comma-separated list, or none if the variable isn't set.
    pub fn list<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        parse: impl FnMut(&str) -> Option<T>,
    ) -> Vec<T> {
        let parse_all = |text: &str| {
            text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(parse).collect()
        };
        self.optional(name, expected, parse_all).unwrap_or_default()
    }

    /// Returns the value for one of these words. The first is the default.
    ///
    /// # Panics
    /// If there are no choices.
    pub fn choice<T, const N: usize>(
        &mut self,
        name: &'static str,
        choices: [(&'static str, T); N],
        expected: &'static str,
    ) -> T {
        let value = self.or(name, choices[0].0);
        let at = choices.iter().position(|(word, _)| *word == value);
        if at.is_none() {
            self.problem(name, expected);
        }
        let chosen = choices.into_iter().nth(at.unwrap_or_default());
        chosen.map_or_else(|| unreachable!("{name} has choices"), |(_, meaning)| meaning)
    }

    /// Returns an https URL without a user name or password. Plain http is allowed only for a
    /// loopback host.
    ///
    /// # Panics
    /// If the default isn't a URL.
    pub fn https_url(&mut self, name: &'static str, default: &str) -> Url {
        let url: Url = self.parse(name, default, "must be a URL");
        let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        if is_secure && url.username().is_empty() && url.password().is_none() {
            return url;
        }
        self.problem(
            name,
            "must be an https URL (http only for localhost) without a user name or password",
        );
        parse_default(name, default)
    }

    /// Returns a duration such as `30s`, `15m`, `12h` or `7d`. `expected` names the range.
    ///
    /// # Panics
    /// If the default isn't a duration.
    pub fn duration(
        &mut self,
        name: &'static str,
        default: &str,
        range: RangeInclusive<Duration>,
        expected: &'static str,
    ) -> Duration {
        let Units(value) =
            self.parse(name, default, "must be a duration such as 30s, 15m, 12h or 7d");
        if !range.contains(&value) {
            self.problem(name, expected);
        }
        value
    }

    /// Returns a rate such as `5/15m`: a count of at least one, and a duration within the range.
    ///
    /// # Panics
    /// If the default isn't such a rate.
    pub fn rate(
        &mut self,
        name: &'static str,
        default: &str,
        range: RangeInclusive<Duration>,
    ) -> (NonZeroU32, Duration) {
        let parse = |text: &str| {
            let (count, duration) = text.split_once('/')?;
            let (count, Units(duration)) =
                (count.trim().parse().ok()?, duration.trim().parse().ok()?);
            range.contains(&duration).then_some((count, duration))
        };
        self.optional(name, "must be a number and a duration, such as 5/15m", parse)
            .or_else(|| parse(default))
            .unwrap_or_else(|| unreachable!("the default of {name} is a rate"))
    }

    /// Returns the settings if there was no problem.
    ///
    /// # Errors
    /// Returns all problems, in the order in which the variables were read.
    pub fn finish<T>(self, settings: T) -> Result<T, Problems> {
        if self.problems.is_empty() { Ok(settings) } else { Err(Problems(self.problems)) }
    }
}

/// Returns whether the host of this URL is loopback.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn parse_default<T: FromStr>(name: &str, default: &str) -> T {
    default.parse().unwrap_or_else(|_| unreachable!("the default of {name} parses"))
}

/// A duration in one unit.
struct Units(Duration);

impl FromStr for Units {
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
        number
            .checked_mul(seconds_per_unit)
            .map(|seconds| Self(Duration::from_secs(seconds)))
            .ok_or(())
    }
}
