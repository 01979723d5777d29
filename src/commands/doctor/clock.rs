//! What time it is here, and at WorkOS.

use std::time::Duration;

use super::Verdict::{self, Fails, Passes, Unknown};
use super::api::Answer;

/// What the store allows for between instances. It is far more than is left by a machine that keeps
/// its clock by NTP, and by a `Date`, which counts whole seconds (RFC 9110, 6.6.1).
const MAX_SKEW: Duration = Duration::from_secs(60);

pub(super) fn check(answer: &Result<Answer, String>) -> Verdict {
    let Ok(answer) = answer else {
        return Unknown("WorkOS would have told the time".to_owned());
    };
    let Some(theirs) = answer.date else {
        return Unknown("WorkOS's answer has no Date".to_owned());
    };
    let (word, skew) = match answer.ours.duration_since(theirs) {
        Ok(ahead) => ("fast", ahead),
        Err(behind) => ("slow", behind.duration()),
    };
    if skew <= MAX_SKEW {
        return Passes("within a minute of WorkOS's".to_owned());
    }
    Fails(format!(
        "{} seconds {word}, by WorkOS's: links and sessions end early or late; have NTP set it",
        skew.as_secs()
    ))
}
