//! What may happen once, and what waits for somebody.

use rusqlite::{Connection, OptionalExtension, params};

use super::Sqlite;
use crate::{Hash, StoreError};

impl Sqlite {
    /// In one transaction, which the disk has to take.
    pub(crate) async fn try_write(&self, name: Hash) -> Result<usize, StoreError> {
        let try_write = move |db: &Connection| {
            db.execute("INSERT INTO claims (name_hash, expires_at) VALUES (?1, 0)", [name])?;
            db.execute("DELETE FROM claims WHERE name_hash = ?1", [name])
        };
        self.write(try_write).await
    }

    pub(crate) async fn claim(
        &self,
        name: Hash,
        what: String,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO claims (name_hash, what, expires_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET what = ?2, expires_at = ?3 WHERE expires_at <= ?4";
        let claim = move |db: &Connection| {
            db.prepare_cached(sql)?.execute(params![name, what, expires_at, now])
        };
        Ok(self.write(claim).await? == 1)
    }

    pub(crate) async fn release(&self, name: Hash) -> Result<usize, StoreError> {
        let sql = "DELETE FROM claims WHERE name_hash = ?1";
        self.write(move |db| db.prepare_cached(sql)?.execute([name])).await
    }

    pub(crate) fn claimed(&self, name: &Hash, now: i64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT what FROM claims WHERE name_hash = ?1 AND expires_at > ?2";
        let mut select = self.reader()?.prepare_cached(sql)?;
        Ok(select.query_row(params![name, now], |row| row.get(0)).optional()?)
    }

    pub(crate) async fn keep(
        &self,
        name: Hash,
        value: String,
        expires_at: i64,
    ) -> Result<usize, StoreError> {
        let sql = "INSERT OR REPLACE INTO kept (name_hash, value, expires_at) VALUES (?1, ?2, ?3)";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![name, value, expires_at]))
            .await
    }

    pub(crate) fn kept(&self, name: &Hash) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM kept WHERE name_hash = ?1";
        let mut select = self.reader()?.prepare_cached(sql)?;
        Ok(select.query_row([name], |row| row.get(0)).optional()?)
    }
}
