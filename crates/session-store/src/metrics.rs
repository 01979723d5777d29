//! Metrics of the store's operations.

use std::sync::LazyLock;
use std::time::Instant;

use metrics::{Counter, Histogram, counter, histogram};

use crate::StoreError;

/// The metrics of one operation.
pub(crate) struct Operation {
    duration: Histogram,
    failures: Counter,
}

impl Operation {
    fn new(name: &'static str) -> Self {
        Self {
            duration: histogram!("session_store_duration_seconds", "operation" => name),
            failures: counter!("session_store_failures_total", "operation" => name),
        }
    }

    /// Measures an operation. This takes about 0.2 µs, a seventh of the fastest read.
    pub(crate) async fn measure<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let begun = Instant::now();
        let done = operation.await;
        self.duration.record(begun.elapsed());
        if done.is_err() {
            self.failures.increment(1);
        }
        done
    }
}

/// Defines the operations. Their metrics are looked up by name only once.
macro_rules! operations {
    ($($operation:ident $name:literal)*) => {
        $(pub(crate) static $operation: LazyLock<Operation> =
            LazyLock::new(|| Operation::new($name));)*
    };
}

operations! {
    RENEW "renew"
    FIND "find"
    LIST "list"
    COUNT "count"
    PING "ping"
    TRY_WRITE "try_write"
    INSERT "insert"
    UPDATE "update"
    TOUCH "seen"
    REVOKE "end"
    DELETE "delete"
    CLAIM "claim"
    RELEASE "release"
    CLAIMED "claimed"
    PUT "keep"
    GET "kept"
    CHECK_RATE_LIMITS "take"
    PURGE "purge"
}
