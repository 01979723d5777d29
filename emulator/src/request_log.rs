//! The log of API calls, without queries and headers.

use actix_web::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

/// An API call. `status` is null until there is a response.
#[derive(Serialize)]
pub(crate) struct LoggedRequest {
    #[serde(skip)]
    number: u64,
    method: String,
    pub(crate) path: String,
    status: Option<u16>,
    at: String,
    /// Secrets are masked. Shown only on demand.
    #[serde(skip)]
    body: Value,
}

impl LoggedRequest {
    pub(crate) fn with_body(&self) -> Value {
        let mut shown = json!(self);
        shown["body"] = self.body.clone();
        shown
    }
}

/// Every API call received, oldest first.
#[derive(Default)]
pub(crate) struct RequestLog {
    received: u64,
    pub(crate) entries: Vec<LoggedRequest>,
}

impl RequestLog {
    pub(crate) fn add(&mut self, method: &str, path: &str, at: String) -> u64 {
        self.received += 1;
        self.entries.push(LoggedRequest {
            number: self.received,
            method: method.to_owned(),
            path: path.to_owned(),
            status: None,
            at,
            body: Value::Null,
        });
        self.received
    }

    pub(crate) fn set_body(&mut self, number: u64, body: Value) {
        if let Some(entry) = self.entry(number) {
            entry.body = body;
        }
    }

    pub(crate) fn set_status(&mut self, number: u64, status: StatusCode) {
        if let Some(entry) = self.entry(number) {
            entry.status = Some(status.as_u16());
        }
    }

    /// Returns an entry, unless it was removed.
    fn entry(&mut self, number: u64) -> Option<&mut LoggedRequest> {
        // Numbers are in ascending order.
        let index = self.entries.binary_search_by_key(&number, |entry| entry.number).ok()?;
        self.entries.get_mut(index)
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
