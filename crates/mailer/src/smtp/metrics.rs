//! Metrics of the mail server.

use std::time::Instant;

use ::metrics::{counter, histogram};

use crate::MailError;

const MAIL: &str = "mail";

/// Records the duration of a part of the conversation, and whether it failed, under this name.
pub(super) async fn record<T>(
    call: &'static str,
    reply: impl Future<Output = Result<T, MailError>>,
) -> Result<T, MailError> {
    let started = Instant::now();
    let result = reply.await;
    histogram!("upstream_call_duration_seconds", "upstream" => MAIL, "call" => call)
        .record(started.elapsed());
    if let Err(error) = &result {
        let why = match error {
            MailError::Refused(_) | MailError::Later(_) => "refused",
            MailError::Unavailable(_) => "unreachable",
        };
        counter!("upstream_call_failures_total", "upstream" => MAIL, "call" => call, "why" => why)
            .increment(1);
    }
    result
}
