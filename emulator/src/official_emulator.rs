//! Differences of the official emulator (version 0.7) that affect apps with strict parsers. Off by
//! default, see
//! [`Options::like_official_emulator`](crate::Options::like_official_emulator).

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::connections::Connection;
use crate::profile::Profile;
use crate::state::{Environment, timestamp};

impl Environment {
    /// Returns a Profile as the API shows it.
    pub(crate) fn shown_profile(&self, profile: &Profile, now: OffsetDateTime) -> Value {
        let mut shown = json!(profile);
        if let Value::Object(keys) = &mut shown
            && self.options.like_official_emulator
        {
            for missing in ["name", "role", "roles", "custom_attributes"] {
                keys.remove(missing);
            }
            if keys["groups"].is_null() {
                keys["groups"] = json!([]);
            }
            for extra in ["created_at", "updated_at"] {
                keys.insert(extra.to_owned(), json!(timestamp(now)));
            }
        }
        shown
    }

    /// Returns a connection as the API shows it.
    pub(crate) fn shown_connection(&self, connection: &Connection) -> Value {
        let mut shown = json!(connection);
        if let Value::Object(keys) = &mut shown
            && self.options.like_official_emulator
        {
            keys.remove("status");
        }
        shown
    }
}
