//! Profiles: the users that sign in.

use serde::Serialize;
use serde_json::{Value, json};

use crate::connections::Connection;
use crate::identity::Identity;
use crate::state::Store;
use crate::{email_address, ids};

/// A Profile as represented in the API. All keys are always present.
#[derive(Clone, Serialize)]
pub(crate) struct Profile {
    object: &'static str,
    id: String,
    organization_id: Option<String>,
    connection_id: String,
    connection_type: String,
    idp_id: String,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    name: Option<String>,
    role: Option<Value>,
    roles: Option<Value>,
    groups: Option<Value>,
    custom_attributes: Value,
    raw_attributes: Value,
}

impl Profile {
    /// Creates the Profile of a user who signed in with a link. Only the email address is known, which
    /// is also the `idp_id`.
    pub(crate) fn from_email(store: &mut Store, connection: &Connection, email: &str) -> Self {
        let key = (connection.id.clone(), email_address::normalized(email));
        let now = store.now();
        let ids = &mut store.profile_ids;
        let id = ids.entry(key).or_insert_with(|| ids::prefixed("prof", now));
        Self {
            object: "profile",
            id: id.clone(),
            organization_id: connection.organization_id.clone(),
            connection_id: connection.id.clone(),
            connection_type: connection.connection_type.clone(),
            idp_id: email.to_owned(),
            email: email.to_owned(),
            first_name: None,
            last_name: None,
            name: None,
            role: None,
            roles: None,
            groups: None,
            custom_attributes: json!({}),
            raw_attributes: json!({}),
        }
    }

    /// Creates the Profile of an SSO user. The provider supplies more data, and an ID that isn't the
    /// email address.
    pub(crate) fn from_sso(store: &mut Store, connection: &Connection, identity: Identity) -> Self {
        let profile = Self::from_email(store, connection, &identity.email);
        let names: Vec<&str> = [&identity.first_name, &identity.last_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        Self {
            idp_id: profile.id.replacen("prof", "idp_user", 1),
            name: (!names.is_empty()).then(|| names.join(" ")),
            first_name: identity.first_name,
            last_name: identity.last_name,
            role: identity.role.as_ref().map(|slug| json!({ "slug": slug })),
            roles: identity.role.as_ref().map(|slug| json!([{ "slug": slug }])),
            groups: identity.groups.map(Value::from),
            custom_attributes: Value::Object(identity.custom_attributes),
            raw_attributes: Value::Object(identity.raw_attributes),
            ..profile
        }
    }
}
