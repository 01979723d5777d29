//! Takes away what nobody can use any more.

use rusqlite::{Connection, named_params};

use super::{Sqlite, end_those};
use crate::Ended;
use crate::StoreError;

/// How many rows a purge takes at a time, while writes wait for it: some milliseconds' worth.
const PURGED_AT_ONCE: i64 = 200;

const EXPIRED: [&str; 3] = [
    "DELETE FROM claims WHERE name_hash IN
         (SELECT name_hash FROM claims WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM kept WHERE name_hash IN
         (SELECT name_hash FROM kept WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM sessions WHERE id IN
         (SELECT id FROM sessions WHERE expires_at <= ?1 AND ended IS NOT NULL LIMIT ?2)",
];

impl Sqlite {
    pub(crate) async fn purge_some(
        &self,
        now: i64,
        absolute: i64,
        remembered: i64,
    ) -> Result<bool, StoreError> {
        self.counters().purge(now);
        let purge = move |db: &Connection| {
            let mut taken = 0;
            for sql in EXPIRED {
                taken += db.prepare_cached(sql)?.execute([now, PURGED_AT_ONCE])?;
            }
            for (why, is_it) in [(Ended::TimeLimit, "<="), (Ended::Idle, ">")] {
                let expired = end_those(&format!(
                    "created_at + :absolute {is_it} :now AND id IN (SELECT id FROM sessions
                         WHERE expires_at <= :now AND ended IS NULL LIMIT :at_once)"
                ));
                taken += db.prepare_cached(&expired)?.execute(named_params! {
                    ":why": why.name(), ":remembered": remembered, ":now": now,
                    ":absolute": absolute, ":at_once": PURGED_AT_ONCE,
                })?;
            }
            Ok(taken)
        };
        Ok(self.write(purge).await? > 0)
    }
}
