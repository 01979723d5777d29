//! The store as `actix-session` asks it.
//!
//! `actix-session` knows a session as a map of strings. The map ends here: what belongs to the row
//! has columns, and only what else is kept in the session stays a map.

use std::collections::{BTreeMap, HashMap};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use anyhow::anyhow;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::Duration;

use super::{Hash, NewSession, Row, Store, StoreError, measured};
use crate::Lifetimes;
use crate::engine::{AnyEngine, Engine as _, on_engine};
use crate::whole::unmarked;

type Values = HashMap<String, String>;

/// Under this key stands [`super::SessionInfo`]. Read only: what is written there is dropped.
pub const INFO: &str = "session";
/// The person's name for the store.
pub const PERSON: &str = "person";
/// Why the session ended: of one that has, this is all there is. Read only.
pub const ENDED: &str = "ended";

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<Values>, LoadError> {
        let hash = super::hash(key.as_ref());
        let row = self.find(hash).await.map_err(|error| LoadError::Other(error.into()))?;
        row.map(|row| row.into_values(&hash, self.limits.lifetimes)).transpose().map_err(|error| {
            // The person may sign in anew, and out; a 503 would last as long as the row.
            tracing::error!(cause = %error, "somebody's session is lost");
            LoadError::Deserialization(error.into())
        })
    }

    /// A session that a fork begins for a visitor who isn't signed in.
    async fn save(&self, values: Values, _: &Duration) -> Result<SessionKey, SaveError> {
        let begun = match kept(&values) {
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
        let hash = super::hash(old.as_ref());
        let updated = async {
            let person = values.get(PERSON).map(|person| from_json(person)).transpose()?;
            let mut session = NewSession { person, values: kept(&values)?, ..Default::default() };
            session.mark(&hash);
            measured::UPDATE.measure(on_engine!(self.update(hash, session.values))).await
        };
        updated.await.map_err(|error| UpdateError::Other(error.into()))?;
        Ok(old)
    }

    /// Lifetimes are this store's own affair; see [`Lifetimes`].
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(self.discard(key.as_ref()).await?)
    }
}

impl Row {
    /// The session as `actix-session` knows it.
    fn into_values(self, hash: &Hash, lifetimes: Lifetimes) -> Result<Values, StoreError> {
        if let Some(ended) = self.ended {
            return Ok(Values::from([(ENDED.to_owned(), to_json(&ended.name())?)]));
        }
        let NewSession { person, values, .. } = &self.session;
        let kept = unmarked(hash, person.as_deref(), values)?;
        let kept: BTreeMap<String, &RawValue> = from_json(kept)?;
        let mut values = Values::with_capacity(kept.len() + 2);
        values.extend(kept.into_iter().map(|(key, value)| (key, value.get().to_owned())));
        values.insert(INFO.to_owned(), to_json(&self.info(lifetimes))?);
        if let Some(person) = self.session.person {
            values.insert(PERSON.to_owned(), to_json(&person)?);
        }
        Ok(values)
    }
}

/// What has no columns, as a map in JSON: each value is JSON already.
fn kept(values: &Values) -> Result<String, StoreError> {
    let kept = values.iter().filter(|(key, _)| ![INFO, ENDED, PERSON].contains(&key.as_str()));
    let kept = kept.map(|(key, value)| Ok((key.as_str(), from_json(value.as_str())?)));
    to_json(&kept.collect::<Result<HashMap<&str, &RawValue>, StoreError>>()?)
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
