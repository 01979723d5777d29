//! How long the mail server takes, and why it takes no mail.

use std::time::Instant;

use metrics::{counter, histogram};

use super::MailError;

const MAIL: &str = "mail";

/// Measures a part of the conversation by this name.
pub(super) async fn measured<T>(
    call: &'static str,
    calling: impl Future<Output = Result<T, MailError>>,
) -> Result<T, MailError> {
    let begun = Instant::now();
    let answered = calling.await;
    histogram!("upstream_call_duration_seconds", "upstream" => MAIL, "call" => call)
        .record(begun.elapsed());
    if let Err(error) = &answered {
        let why = match error {
            MailError::Refused(_) | MailError::Later(_) => "refused",
            MailError::Unavailable(_) => "unreachable",
        };
        counter!("upstream_call_failures_total", "upstream" => MAIL, "call" => call, "why" => why)
            .increment(1);
    }
    answered
}
