//! The app with a Redis server of its own.

use test_support::{RedisServer, TestApp};

pub async fn start(settings: &[(&str, &str)]) -> (TestApp, RedisServer) {
    let redis = RedisServer::start().await;
    (start_with(&redis, settings).await, redis)
}

/// Starts the app with this server.
pub async fn start_with(redis: &RedisServer, settings: &[(&str, &str)]) -> TestApp {
    let shared = redis.settings();
    let shared = shared.iter().map(|(name, value)| (*name, value.as_str()));
    TestApp::with(&shared.chain(settings.iter().copied()).collect::<Vec<_>>()).await
}
