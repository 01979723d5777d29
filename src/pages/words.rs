//! Times as people say them.

use time::OffsetDateTime;
use time::macros::format_description;

/// How long something takes, rounded up.
pub(super) fn in_words(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes) {
        (0..60, _) => format!("{seconds} second{}", plural(seconds)),
        (_, minutes) if minutes % 60 == 0 => {
            format!("{} hour{}", minutes / 60, plural(minutes / 60))
        }
        _ => format!("{minutes} minute{}", plural(minutes)),
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A date as people read it; the seconds are counted from 1970.
pub(super) fn utc(seconds: i64) -> String {
    let format =
        format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|date| date.format(&format).ok())
        .unwrap_or_default()
}
