//! Lists and revokes a user's sessions.

use crate::engine::{AnyEngine, Engine as _, Revocation, on_engine};
use crate::{EndReason, RevokeScope, Row, SessionFilter, SessionInfo, Store, StoreError, metrics};

impl Store {
    /// Returns the active sessions that the filter selects, the last seen first.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn list(&self, filter: &SessionFilter) -> Result<Vec<SessionInfo>, StoreError> {
        let (now, general) = (self.clock.now(), self.limits.lifetimes);
        let rows = metrics::LIST.measure(on_engine!(self.list(filter))).await?;
        let is_alive = |row: &Row| row.dates.ended(now, row.lifetimes(general)).is_none();
        let alive = rows.into_iter().filter(is_alive);
        Ok(alive.map(|row| row.info(general)).collect())
    }

    /// Revokes sessions and returns how many. They are rejected from the next request on.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn revoke(
        &self,
        filter: SessionFilter,
        scope: RevokeScope,
        reason: EndReason,
    ) -> Result<usize, StoreError> {
        self.revoke_some(Some(filter), scope, reason).await
    }

    /// Revokes the sessions of all users and returns how many.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn revoke_all(&self, reason: EndReason) -> Result<usize, StoreError> {
        let mut revoked = 0;
        loop {
            match self.revoke_some(None, RevokeScope::All, reason).await? {
                0 => return Ok(revoked),
                some => revoked += some,
            }
        }
    }

    async fn revoke_some(
        &self,
        filter: Option<SessionFilter>,
        scope: RevokeScope,
        reason: EndReason,
    ) -> Result<usize, StoreError> {
        let (now, tombstone_lifetime) = (self.clock.now(), self.tombstone_lifetime());
        let revocation = Revocation { filter, scope, reason, now, tombstone_lifetime };
        metrics::REVOKE.measure(on_engine!(self.revoke(revocation))).await
    }
}
