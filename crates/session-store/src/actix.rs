//! Implements the session store of `actix-session`, which represents a session as a map of strings.
//! Values with columns of their own are moved out of the map and back.

use std::collections::{BTreeMap, HashMap};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use anyhow::anyhow;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::Duration;

use crate::session_keys::{END_REASON, INFO, USER_ID};
use crate::{Found, NewSession, Row, Store, StoreError, hash};

type Values = HashMap<String, String>;

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<Values>, LoadError> {
        let hash = hash(key.as_ref());
        let row = self.find_row(hash).await.map_err(|error| LoadError::Other(error.into()))?;
        let values = |row: Row| row.into_found(&hash, self.limits.lifetimes).and_then(into_values);
        row.map(values).transpose().map_err(|error| {
            // Treat the session as absent, so that the user can sign in again. An error would occur
            // on every request until the row is removed.
            tracing::error!(event = "session_unreadable", cause = %error, "discarding unreadable session");
            LoadError::Deserialization(error.into())
        })
    }

    /// Begins a session for a visitor who isn't signed in.
    async fn save(&self, values: Values, _: &Duration) -> Result<SessionKey, SaveError> {
        let begun = match own_values(&values) {
            Ok(values) => self.begin(NewSession { values, ..NewSession::default() }, None).await,
            Err(error) => Err(error),
        };
        key(begun).map_err(SaveError::Other)
    }

    async fn update(
        &self,
        old: SessionKey,
        values: Values,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let updated = async {
            let user_id = values.get(USER_ID).map(|user_id| from_json(user_id)).transpose()?;
            self.set_values(old.as_ref(), user_id, own_values(&values)?).await
        };
        updated.await.map_err(|error| UpdateError::Other(error.into()))?;
        Ok(old)
    }

    /// Does nothing, because [`Lifetimes`](crate::Lifetimes) decide when a session ends.
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(self.discard(key.as_ref()).await?)
    }
}

fn into_values(found: Found) -> Result<Values, StoreError> {
    let (info, user_id, own) = match found {
        Found::Ended(reason) => {
            return Ok(Values::from([(END_REASON.to_owned(), to_json(&reason.name())?)]));
        }
        Found::Alive { info, user_id, values } => (info, user_id, values),
    };
    let own: BTreeMap<String, &RawValue> = from_json(&own)?;
    let mut values = Values::with_capacity(own.len() + 2);
    values.extend(own.into_iter().map(|(key, value)| (key, value.get().to_owned())));
    values.insert(INFO.to_owned(), to_json(&info)?);
    if let Some(user_id) = user_id {
        values.insert(USER_ID.to_owned(), to_json(&user_id)?);
    }
    Ok(values)
}

/// Returns the values without columns of their own as a JSON map. Each value is already JSON.
fn own_values(values: &Values) -> Result<String, StoreError> {
    let own = values.iter().filter(|(key, _)| ![INFO, END_REASON, USER_ID].contains(&key.as_str()));
    let own = own.map(|(key, value)| Ok((key.as_str(), from_json(value.as_str())?)));
    to_json(&own.collect::<Result<HashMap<&str, &RawValue>, StoreError>>()?)
}

fn key(reference: Result<String, StoreError>) -> Result<SessionKey, anyhow::Error> {
    SessionKey::try_from(reference?).map_err(|error| anyhow!(error))
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable)
}

fn from_json<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Unreadable)
}
