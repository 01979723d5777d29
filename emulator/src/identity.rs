//! The identity that the emulated identity provider returns.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::email_address;
use crate::sso_sign_in::Parameters;

/// The form's validation messages, by field.
pub(crate) type Problems = BTreeMap<&'static str, &'static str>;

/// The user data that an identity provider returns.
#[derive(Default)]
pub(crate) struct Identity {
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// The slug of the role.
    pub(crate) role: Option<String>,
    pub(crate) groups: Option<Vec<String>>,
    pub(crate) custom_attributes: Map<String, Value>,
    pub(crate) raw_attributes: Map<String, Value>,
    /// Whether to return an email address outside the connection's domains, as a misconfigured
    /// provider would.
    pub(crate) despite_domain: bool,
}

impl Identity {
    /// Creates an identity with only an email address.
    pub(crate) fn with_email(email: &str) -> Self {
        Self { email: email.to_owned(), ..Self::default() }
    }

    pub(crate) fn from_form(form: &Parameters) -> Result<Self, Problems> {
        let mut problems = Problems::new();
        let email = form.get("email").unwrap_or_default();
        if !email_address::is_valid(email) {
            problems.insert("email", "Enter a valid email address.");
        }
        let mut object = |field| {
            let parsed = form.get(field).map_or(Ok(Map::new()), serde_json::from_str);
            parsed.unwrap_or_else(|_| {
                problems.insert(field, "Enter a JSON object, such as {\"team\": \"Sales\"}.");
                Map::new()
            })
        };
        let (custom_attributes, raw_attributes) =
            (object("custom_attributes"), object("raw_attributes"));
        if !problems.is_empty() {
            return Err(problems);
        }

        let text = |field| form.get(field).map(str::to_owned);
        let groups = form.get("groups").map(|listed| {
            let names = listed.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        });
        Ok(Self {
            email: email.to_owned(),
            first_name: text("first_name"),
            last_name: text("last_name"),
            role: text("role"),
            groups,
            custom_attributes,
            raw_attributes,
            despite_domain: form.get("despite_domain").is_some(),
        })
    }
}
