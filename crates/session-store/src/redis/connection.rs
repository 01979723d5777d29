//! A worker thread's connection to Redis: opened when it is needed, shared by all requests of the
//! thread, dropped after any error, and never waited for longer than a page may take.
//!
//! Each thread has its own connection, driven by the thread's runtime, so that no request depends on
//! another thread or outlives it at shutdown.
//!
//! The redis crate's `ConnectionManager` isn't used: if the first connection fails because a password
//! is missing or the server is loading its data, it never tries again, and it keeps an unresponsive
//! connection until TCP times out.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, ScriptInvocation};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::StoreError;
use super::cause::describe;

/// The longest that a call takes, connecting and one retry included.
pub(super) const DEADLINE: Duration = Duration::from_secs(1);
/// The longest that a response takes over an open connection.
const ANSWER: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(super) struct Connection {
    client: Arc<Client>,
    /// What messages call the server.
    name: Arc<str>,
    current: Rc<Mutex<Current>>,
}

#[derive(Default)]
struct Current {
    connection: Option<MultiplexedConnection>,
    /// How many connections there have been, to tell them apart.
    number: u64,
}

impl Connection {
    pub(super) fn new(client: Arc<Client>, name: Arc<str>) -> Self {
        Self { client, name, current: Rc::default() }
    }

    /// Runs a script. It may run twice when the connection breaks before the answer is there, so
    /// the second time must do no harm.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let tries = async {
            match self.try_once(script).await {
                // The server closed it while it was idle, or restarted.
                Err(error) if error.is_connection_dropped() => self.try_once(script).await,
                tried => tried,
            }
        };
        match timeout(DEADLINE, tries).await {
            Ok(answer) => answer.map_err(|error| StoreError::Server(describe(&error, &self.name))),
            Err(_) => Err(StoreError::Server("no response in time".to_owned())),
        }
    }

    async fn try_once<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, RedisError> {
        let (mut connection, number) = self.connected().await?;
        let answer = script.invoke_async(&mut connection).await;
        if answer.is_err() {
            // Whatever the error (a timeout, a primary that became a replica), a new connection may reach
            // another server.
            let mut current = self.current.lock().await;
            if current.number == number {
                current.connection = None;
            }
        }
        answer
    }

    /// Returns the connection. The first request that finds none opens it while the others wait.
    async fn connected(&self) -> Result<(MultiplexedConnection, u64), RedisError> {
        let mut current = self.current.lock().await;
        if let Some(connection) = &current.connection {
            return Ok((connection.clone(), current.number));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(DEADLINE))
            .set_response_timeout(Some(ANSWER));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        current.number += 1;
        current.connection = Some(connection.clone());
        Ok((connection, current.number))
    }
}
