//! What the official emulator shows otherwise, as of its version 0.7: an app that reads more
//! strictly than it must stumbles there. Only on demand, see
//! [`Options::like_official_emulator`](crate::Options::like_official_emulator).

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::connections::Connection;
use crate::profile::Profile;
use crate::state::{Environment, timestamp};

impl Environment {
    /// A Profile as this environment's API shows it.
    pub(crate) fn shown_profile(&self, profile: &Profile, now: OffsetDateTime) -> Value {
        let mut shown = json!(profile);
        if let Value::Object(keys) = &mut shown
            && self.options.like_official_emulator
        {
            for lacking in ["name", "role", "roles", "custom_attributes"] {
                keys.remove(lacking);
            }
            if keys["groups"].is_null() {
                keys["groups"] = json!([]);
            }
            for leaking in ["created_at", "updated_at"] {
                keys.insert(leaking.to_owned(), json!(timestamp(now)));
            }
        }
        shown
    }

    /// A connection as this environment's API shows it.
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
