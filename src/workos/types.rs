//! What WorkOS answers. Unknown fields are ignored; what the reference calls optional may be
//! missing, null or of another type.

use std::fmt;

use secrecy::SecretString;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// A passwordless session: one mailed link and what it leads to.
#[derive(Debug, Deserialize)]
pub struct PasswordlessSession {
    /// `passwordless_session_…`
    pub id: String,
    /// The link that signs in whoever opens it: for a mail, or for a browser whose person has shown
    /// that they hold one of ours.
    #[serde(deserialize_with = "web_address")]
    pub link: SecretString,
}

/// What is read of the answer to an authorization code. Its access token is of no use here.
#[derive(Deserialize)]
pub(super) struct Exchanged {
    pub(super) profile: Profile,
}

/// Who signed in, as WorkOS knows them: the object that the WorkOS reference calls a Profile.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// `prof_…`; by a code `user_…`.
    pub id: String,
    /// The address.
    pub email: String,
    /// The connection they came through; none, by a code.
    #[serde(default, deserialize_with = "or_default")]
    pub connection_id: String,
    /// `MagicLink`, `MagicAuth`, or a kind of SSO; new kinds appear, so this stays text.
    #[serde(default, deserialize_with = "or_default")]
    pub connection_type: String,
    /// The organization that the connection belongs to, if any.
    #[serde(default, deserialize_with = "or_default")]
    pub organization_id: Option<String>,
    /// Their id at the identity provider; the address, for a mailed link or code.
    #[serde(default, deserialize_with = "or_default")]
    pub idp_id: String,
    /// Given name.
    #[serde(default, deserialize_with = "or_default")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "or_default")]
    pub last_name: Option<String>,
    /// The whole name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: Option<String>,
    /// Their role in the organization.
    #[serde(default, deserialize_with = "or_default")]
    pub role: Option<Role>,
    /// The groups that the identity provider names.
    #[serde(default, deserialize_with = "or_default")]
    pub groups: Vec<String>,
    /// Attributes that the organization maps in WorkOS.
    #[serde(default, deserialize_with = "or_default")]
    pub custom_attributes: Map<String, Value>,
    /// Attributes as the identity provider sent them.
    #[serde(default, deserialize_with = "or_default")]
    pub raw_attributes: Map<String, Value>,
}

impl Profile {
    /// The [`connection_type`](Self::connection_type) of a mailed link.
    pub const MAGIC_LINK: &str = "MagicLink";
    /// That of a mailed code, which is no connection's.
    pub const MAGIC_AUTH: &str = "MagicAuth";
}

/// A role in an organization.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name in code.
    pub slug: String,
}

/// Names the kind only: a profile is personal data, and `Debug` ends up in logs.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("connection_type", &self.connection_type)
            .finish_non_exhaustive()
    }
}

/// A browser will be led there: to a site, and not to anything else that a URL can be.
fn web_address<'de, D: Deserializer<'de>>(link: D) -> Result<SecretString, D::Error> {
    let link = String::deserialize(link)?;
    match Url::parse(&link).map(|url| url.scheme().to_owned()).as_deref() {
        Ok("https" | "http") => Ok(link.into()),
        _ => Err(D::Error::custom("not a web address")),
    }
}

/// The default for a value of another type: no optional field stops a sign-in.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    value: D,
) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(value)?).unwrap_or_default())
}
