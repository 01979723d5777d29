//! The log of API calls, without queries and bodies.

use actix_web::http::StatusCode;
use serde::Serialize;

/// An API call. `status` is null until there is a response.
#[derive(Serialize)]
pub(crate) struct LoggedRequest {
    #[serde(skip)]
    number: u64,
    method: String,
    pub(crate) path: String,
    status: Option<u16>,
    at: String,
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
        });
        self.received
    }

    pub(crate) fn set_status(&mut self, number: u64, status: StatusCode) {
        // Numbers are in ascending order. The entry may have been removed.
        if let Ok(index) = self.entries.binary_search_by_key(&number, |entry| entry.number) {
            self.entries[index].status = Some(status.as_u16());
        }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
