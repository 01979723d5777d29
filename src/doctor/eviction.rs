//! Whether Redis may throw sessions away when its memory is full.

use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, InfoDict, RedisError};

use super::Verdict::{self, Fails, Passes, Unknown};

const DEADLINE: Duration = Duration::from_secs(2);

pub(super) async fn check(client: &Client) -> Verdict {
    // Not everybody who may use it may ask for this.
    let Ok(memory) = memory(client).await else {
        return Unknown(
            "SESSION_STORE doesn't tell: maxmemory-policy must be noeviction".to_owned(),
        );
    };
    let policy: String = memory.get("maxmemory_policy").unwrap_or_default();
    match (memory.get("maxmemory"), policy.as_str()) {
        (_, "noeviction") => Passes("SESSION_STORE throws nothing away".to_owned()),
        (Some(0_u64), _) => Passes("SESSION_STORE has no limit of memory".to_owned()),
        (_, "") => Unknown("SESSION_STORE has no word of maxmemory-policy".to_owned()),
        (_, other) => Fails(format!(
            "SESSION_STORE throws sessions away when its memory is full ({other}): set \
             maxmemory-policy noeviction there"
        )),
    }
}

async fn memory(client: &Client) -> Result<InfoDict, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(DEADLINE))
        .set_response_timeout(Some(DEADLINE));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    redis::cmd("INFO").arg("memory").query_async(&mut connection).await
}
