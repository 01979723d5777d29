//! Expired sessions don't pile up.

use std::time::Duration;

use actix_web::rt;

use crate::session::Store;

/// Takes expired rows away, now and every minute, in steps that others' writes fit between.
pub(crate) async fn every_minute(store: Store) {
    let mut minutes = rt::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        loop {
            match store.purge_some().await {
                Ok(true) => rt::time::sleep(Duration::from_millis(10)).await,
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(cause = %error, "expired sessions can't be taken away");
                    break;
                }
            }
        }
    }
}
