//! Tests that every engine passes. `tests/sqlite` and `tests/redis` run them with their own
//! `Engine`.

mod actix;
mod claims;
mod lifetimes;
mod rate_limits;
mod sessions;

use std::time::Duration;

use session_store::{
    Clock, EndReason, Found, Lifetimes, Limits, NewSession, SessionFilter, Store, StoreOpener,
};

use crate::engine::Engine;

const HOUR: i64 = 60 * 60;
const ANA: &str = "user_ana";

/// A store with idle and absolute lifetimes of 1 and 10 hours, and 3 sessions per user.
struct TestStore {
    engine: Engine,
    clock: Clock,
    store: Store,
}

impl TestStore {
    async fn new() -> Self {
        let (engine, clock) = (Engine::start().await, Clock::default());
        let store = open(&engine, &clock).for_this_thread();
        Self { engine, clock, store }
    }

    /// Opens the same store again, as after a restart.
    fn reopened(&self) -> Store {
        open(&self.engine, &self.clock).for_this_thread()
    }

    async fn begin(&self, user: &str) -> String {
        self.store.begin(session_of(user), None).await.unwrap()
    }

    async fn end_reason(&self, reference: &str) -> Option<EndReason> {
        match self.store.find(reference).await.unwrap() {
            Some(Found::Ended(reason)) => Some(reason),
            _ => None,
        }
    }

    async fn is_alive(&self, reference: &str) -> bool {
        self.store.is_alive(reference).await.unwrap()
    }
}

fn open(engine: &Engine, clock: &Clock) -> StoreOpener {
    let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);
    let lifetimes = Lifetimes { idle: hours(1), absolute: hours(10) };
    let limits = Limits { lifetimes, sessions_per_user: 3 };
    Store::open(&engine.location(), limits, clock.clone()).unwrap()
}

fn session_of(user: &str) -> NewSession {
    NewSession {
        user_id: Some(user.to_owned()),
        email: Some(format!("{user}@acme.test")),
        device: "Firefox on Linux".to_owned(),
        ip: "192.0.2.7".to_owned(),
        method: "link".to_owned(),
        values: r#"{"theme":"dark"}"#.to_owned(),
        ..NewSession::default()
    }
}

fn ana() -> SessionFilter {
    SessionFilter::User(ANA.to_owned())
}
