//! A worker thread's connection to Redis, kept well: made when it is needed, shared by all requests
//! of the thread, given up after any error, and never waited for longer than a page may take.
//!
//! One a thread and not one a process: it is driven by its thread's runtime, so that no request
//! depends on another thread's, nor outlives it when the program ends.
//!
//! Not the crate's own `ConnectionManager`: after a first connection refused for want of a password,
//! or while the server loads its data, that one never tries again, and to a peer that has fallen
//! silent it holds on until TCP gives up.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, ScriptInvocation};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::StoreError;
use super::cause::describe;

/// The longest that a call takes, connecting and trying again included.
pub(super) const DEADLINE: Duration = Duration::from_secs(1);
/// The longest that an answer takes over a connection that stands.
const ANSWER: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(super) struct Connection {
    client: Arc<Client>,
    /// What messages call the server.
    name: Arc<str>,
    kept: Rc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    connection: Option<MultiplexedConnection>,
    /// How many connections there have been, to tell them apart.
    number: u64,
}

impl Connection {
    pub(super) fn new(client: Arc<Client>, name: Arc<str>) -> Self {
        Self { client, name, kept: Rc::default() }
    }

    /// Runs a script. It may run twice when the connection breaks before the answer is there, so
    /// the second time must do no harm.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let tries = async {
            match self.try_once(script).await {
                // The server closed it while nobody used it, or was started anew.
                Err(error) if error.is_connection_dropped() => self.try_once(script).await,
                tried => tried,
            }
        };
        match timeout(DEADLINE, tries).await {
            Ok(answer) => answer.map_err(|error| StoreError::Server(describe(&error, &self.name))),
            Err(_) => Err(StoreError::Server("no answer in time".to_owned())),
        }
    }

    async fn try_once<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, RedisError> {
        let (mut connection, number) = self.connected().await?;
        let answer = script.invoke_async(&mut connection).await;
        if answer.is_err() {
            // Whatever it was (silence, a replica that was the master), a new connection may lead
            // elsewhere.
            let mut kept = self.kept.lock().await;
            if kept.number == number {
                kept.connection = None;
            }
        }
        answer
    }

    /// The connection; whoever finds none makes it while the others wait.
    async fn connected(&self) -> Result<(MultiplexedConnection, u64), RedisError> {
        let mut kept = self.kept.lock().await;
        if let Some(connection) = &kept.connection {
            return Ok((connection.clone(), kept.number));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(DEADLINE))
            .set_response_timeout(Some(ANSWER));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        kept.number += 1;
        kept.connection = Some(connection.clone());
        Ok((connection, kept.number))
    }
}
