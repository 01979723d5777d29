//! Removes expired sessions in the background.

use std::time::Duration;

use tokio::time::{interval, sleep};

use crate::Store;

/// Removes expired rows now and every minute, in small steps so that other writes aren't delayed.
/// Never returns, so spawn it as one task for each store. Rows in a shared store expire
/// automatically.
pub async fn every_minute(store: Store) {
    let mut minutes = interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        loop {
            match store.purge_some().await {
                Ok(true) => sleep(Duration::from_millis(10)).await,
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(event = "purge_failed", cause = %error, "could not remove expired sessions");
                    break;
                }
            }
        }
    }
}
