//! A session as the store keeps it.

use crate::lifetimes::Dates;
use crate::{EndReason, Found, Hash, Lifetimes, NewSession, SessionInfo, StoreError, checksum};

pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) session: NewSession,
    pub(crate) dates: Dates,
    /// Why it was ended, if it was. It may also have expired by its dates.
    pub(crate) ended: Option<EndReason>,
}

impl Row {
    /// Returns the lifetimes of this session, if those of all sessions are `general`.
    pub(crate) fn lifetimes(&self, general: Lifetimes) -> Lifetimes {
        general.limited_to(self.session.lifetimes)
    }

    pub(crate) fn into_found(self, hash: &Hash, general: Lifetimes) -> Result<Found, StoreError> {
        if let Some(reason) = self.ended {
            return Ok(Found::Ended(reason));
        }
        let info = self.info(general);
        let NewSession { user_id, values, .. } = self.session;
        let values = checksum::remove(hash, user_id.as_deref(), &values)?.to_owned();
        Ok(Found::Alive { info, user_id, values })
    }

    pub(crate) fn info(&self, general: Lifetimes) -> SessionInfo {
        SessionInfo {
            id: self.id.clone(),
            device: self.session.device.clone(),
            ip: self.session.ip.clone(),
            method: self.session.method.clone(),
            created_at: self.dates.created_at,
            last_seen_at: self.dates.last_seen_at,
            expires_at: self.dates.ends_at(self.lifetimes(general)),
        }
    }
}

impl NewSession {
    pub(crate) fn add_checksum(&mut self, hash: &Hash) {
        self.values = checksum::add(hash, self.user_id.as_deref(), &self.values);
    }
}
