//! A worker thread's connection to Redis. It is opened on demand, shared by all requests of the
//! thread, and dropped after any error. No request waits for it longer than a page may take.
//!
//! Each thread has a separate connection, driven by its own runtime, so that no request depends on
//! another thread or outlives it at shutdown.
//!
//! `ConnectionManager` of the redis crate isn't used, for two reasons:
//!
//! - If the first connection fails because a password is missing or the server is loading its data,
//!   it never tries again.
//! - It keeps an unresponsive connection until TCP times out.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, ScriptInvocation};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::StoreError;
use super::cause::describe;

/// The timeout of a call, including connecting and one retry.
pub(super) const DEADLINE: Duration = Duration::from_secs(1);
/// The timeout of a response on an open connection.
const ANSWER: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub(super) struct Connection {
    client: Arc<Client>,
    /// The name of the server in messages.
    name: Arc<str>,
    current: Rc<Mutex<Current>>,
}

#[derive(Default)]
struct Current {
    connection: Option<MultiplexedConnection>,
    /// The number of connections opened so far, which identifies the current one.
    number: u64,
}

impl Connection {
    pub(super) fn new(client: Arc<Client>, name: Arc<str>) -> Self {
        Self { client, name, current: Rc::default() }
    }

    /// Runs a script. It may run twice if the connection breaks before the response, so running it
    /// again must be harmless.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let tries = async {
            match self.try_once(script).await {
                // The server closed the idle connection, or restarted.
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
            // Drop the connection after any error, such as a timeout or a primary that became a
            // replica. A new one may reach another server.
            let mut current = self.current.lock().await;
            if current.number == number {
                current.connection = None;
            }
        }
        answer
    }

    /// Returns the connection. If there is none, the first request opens it while the others wait.
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
