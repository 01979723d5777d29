//! Responses. Unknown fields are ignored. Optional fields may be missing, null or of another type.

use std::fmt;

use secrecy::SecretString;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// A passwordless session.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct PasswordlessSession {
    /// The ID (`passwordless_session_…`).
    pub id: String,
    /// The link, which signs in anyone who opens it. Show it only to a user who has verified that
    /// they control the mailbox.
    #[serde(deserialize_with = "web_address")]
    pub link: SecretString,
}

/// The response to a code exchange, without the access token, which isn't read.
#[derive(Deserialize)]
pub(super) struct Exchanged {
    pub(super) profile: Profile,
}

/// The user who signed in: a Profile object of the WorkOS API.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The ID: `prof_…`, or `user_…` after a Magic Auth sign-in.
    pub id: String,
    /// The email address.
    pub email: String,
    /// The ID of the connection. Empty after a Magic Auth sign-in.
    #[serde(default, deserialize_with = "or_default")]
    pub connection_id: String,
    /// The type of connection: `MagicLink`, `MagicAuth` or a type of SSO. A string, because WorkOS
    /// adds new types.
    #[serde(default, deserialize_with = "or_default")]
    pub connection_type: String,
    /// The organization of the connection, if any.
    #[serde(default, deserialize_with = "or_default")]
    pub organization_id: Option<String>,
    /// The user's ID at the identity provider. The email address for a Magic Link or email code.
    #[serde(default, deserialize_with = "or_default")]
    pub idp_id: String,
    /// Given name.
    #[serde(default, deserialize_with = "or_default")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "or_default")]
    pub last_name: Option<String>,
    /// Full name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: Option<String>,
    /// Role in the organization.
    #[serde(default, deserialize_with = "or_default")]
    pub role: Option<Role>,
    /// Permissions in the organization at the time of a Magic Auth sign-in. Otherwise empty.
    #[serde(default, deserialize_with = "or_default")]
    pub permissions: Vec<String>,
    /// Groups of the user, from the identity provider.
    #[serde(default, deserialize_with = "or_default")]
    pub groups: Vec<String>,
    /// Attributes as mapped in WorkOS.
    #[serde(default, deserialize_with = "or_default")]
    pub custom_attributes: Map<String, Value>,
    /// Attributes as sent by the identity provider.
    #[serde(default, deserialize_with = "or_default")]
    pub raw_attributes: Map<String, Value>,
}

impl Profile {
    /// Returns the full name, or else the given and family names. `None` if no name is known.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let parts = [&self.first_name, &self.last_name].map(|part| part.as_deref());
        let parts = parts.map(Option::unwrap_or_default).join(" ");
        let whole = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let name = whole.unwrap_or(parts.trim());
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// The [`connection_type`](Self::connection_type) of a Magic Link.
    pub const MAGIC_LINK: &str = "MagicLink";
    /// The [`connection_type`](Self::connection_type) of an email code, which has no connection.
    pub const MAGIC_AUTH: &str = "MagicAuth";
}

/// A role in an organization.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The slug, such as `admin`.
    pub slug: String,
}

/// Shows only the connection type, because a Profile is personal data and `Debug` output is often
/// logged.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("connection_type", &self.connection_type)
            .finish_non_exhaustive()
    }
}

/// Deserializes a URL. Accepts only http and https, because browsers are redirected to it.
fn web_address<'de, D: Deserializer<'de>>(link: D) -> Result<SecretString, D::Error> {
    let link = String::deserialize(link)?;
    match Url::parse(&link).map(|url| url.scheme().to_owned()).as_deref() {
        Ok("https" | "http") => Ok(link.into()),
        _ => Err(D::Error::custom("not a web address")),
    }
}

/// Deserializes a value of another type as the default, because an optional field must not make a
/// sign-in fail.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    value: D,
) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(value)?).unwrap_or_default())
}
