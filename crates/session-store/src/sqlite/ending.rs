//! The end of sessions, before their rows go.

use rusqlite::{Connection, named_params};

use super::{Sqlite, column_and_name};
use crate::engine::Ending;
use crate::{Ended, Hash, StoreError, Which};

/// Ends the sessions that meet the condition, for the reason `:why`: empties their rows, and keeps
/// them until `:remembered` seconds after their beginning.
pub(super) fn end_those(condition: &str) -> String {
    format!(
        "UPDATE sessions SET ended = :why, person = NULL, email = NULL, device = '', address = '',
             session_values = '{{}}', expires_at = created_at + :remembered
         WHERE ended IS NULL AND {condition}"
    )
}

impl Sqlite {
    pub(crate) async fn end(&self, ending: Ending) -> Result<usize, StoreError> {
        let (one, but) = match ending.which {
            Which::One(id) => (Some(id), None),
            Which::AllBut(id) => (None, Some(id)),
            Which::All => (None, None),
        };
        // Found by the person, or by their life: each way has its index, and none reads all rows.
        let (whose, name) = match ending.whose.as_ref().map(column_and_name) {
            Some((column, name)) => (
                format!("SELECT id FROM sessions WHERE {column} = :name AND +expires_at > :now"),
                Some(name.to_owned()),
            ),
            None => (
                "SELECT id FROM sessions WHERE ended IS NULL AND expires_at > :now
                     AND :name IS NULL LIMIT 500"
                    .to_owned(),
                None,
            ),
        };
        let sql = end_those(&format!(
            "id IN ({whose}) AND (:one IS NULL OR session_id = :one)
             AND (:but IS NULL OR session_id <> :but)"
        ));
        let end = move |db: &Connection| {
            db.prepare_cached(&sql)?.execute(named_params! {
                ":why": ending.why.name(), ":remembered": ending.remembered,
                ":now": ending.now, ":name": name, ":one": one, ":but": but,
            })
        };
        self.write(end).await
    }

    pub(crate) async fn expire(
        &self,
        hash: Hash,
        why: Ended,
        remembered: i64,
    ) -> Result<usize, StoreError> {
        let sql = end_those("reference_hash = :hash");
        let end = move |db: &Connection| {
            db.prepare_cached(&sql)?.execute(
                named_params! { ":why": why.name(), ":remembered": remembered, ":hash": hash },
            )
        };
        self.write(end).await
    }
}
