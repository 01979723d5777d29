//! Metrics of calls.

use std::time::Instant;

use ::metrics::{counter, histogram};

use super::WorkOsError;

const WORKOS: &str = "workos";

/// Records the duration of a call under this name, and whether it failed.
pub(super) async fn record<T>(
    call: &'static str,
    response: impl Future<Output = Result<T, WorkOsError>>,
) -> Result<T, WorkOsError> {
    let started = Instant::now();
    let result = response.await;
    histogram!("upstream_call_duration_seconds", "upstream" => WORKOS, "call" => call)
        .record(started.elapsed());
    if let Err(error) = &result {
        counter!("upstream_call_failures_total",
            "upstream" => WORKOS, "call" => call, "why" => why(error))
        .increment(1);
    }
    result
}

fn why(error: &WorkOsError) -> &'static str {
    match error {
        WorkOsError::Unreachable(_) => "unreachable",
        WorkOsError::Busy => "busy",
        WorkOsError::Unreadable { .. } => "unreadable",
        WorkOsError::Refused { .. } if error.code_refusal().is_some() => "refused",
        WorkOsError::Refused { .. } if error.is_key_refused() => "key_refused",
        WorkOsError::Refused { .. } if error.is_rate_limited() => "rate_limited",
        WorkOsError::Refused { .. } if error.is_outage() => "server_error",
        WorkOsError::Refused { .. } => "refused",
    }
}
