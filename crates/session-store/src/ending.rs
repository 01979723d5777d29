//! Which sessions somebody has, and their end.

use crate::engine::{AnyEngine, Ending, Engine as _, on_engine};
use crate::{Ended, SessionInfo, Store, StoreError, Which, Whose, measured};

impl Store {
    /// Their sessions, the last seen first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, whose: &Whose) -> Result<Vec<SessionInfo>, StoreError> {
        let (now, lifetimes) = (self.clock.now(), self.limits.lifetimes);
        let rows = measured::LIST.measure(on_engine!(self.list(whose))).await?;
        let alive = rows.into_iter().filter(|row| row.dates.ended(now, lifetimes).is_none());
        Ok(alive.map(|row| row.info(lifetimes)).collect())
    }

    /// Ends sessions of theirs, and gives how many it were. They end with the next request.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end(&self, whose: Whose, which: Which, why: Ended) -> Result<usize, StoreError> {
        self.end_those(Some(whose), which, why).await
    }

    /// Ends the sessions of everybody, and gives how many it were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_all(&self, why: Ended) -> Result<usize, StoreError> {
        let mut ended = 0;
        loop {
            match self.end_those(None, Which::All, why).await? {
                0 => return Ok(ended),
                some => ended += some,
            }
        }
    }

    async fn end_those(
        &self,
        whose: Option<Whose>,
        which: Which,
        why: Ended,
    ) -> Result<usize, StoreError> {
        let (now, remembered) = (self.clock.now(), self.remembered());
        let ending = Ending { whose, which, why, now, remembered };
        measured::END.measure(on_engine!(self.end(ending))).await
    }
}
