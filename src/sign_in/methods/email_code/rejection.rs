//! Why a code was rejected after its request had disconnected. The store keeps it for a minute,
//! until a page has shown it.

use serde::{Deserialize, Serialize};

use super::RejectedCode;
use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::sealed::Sealed;
use crate::session::Store;
use crate::sign_in::SignInId;

/// How long it is stored, in seconds.
const LIFETIME: i64 = 60;

#[derive(Serialize, Deserialize)]
pub(crate) struct Rejection {
    pub(crate) kind: ErrorKind,
    pub(crate) attempts_left: Option<u32>,
    /// When it expires, in seconds since 1970.
    expires_at: i64,
}

impl Sealed for Rejection {
    const PURPOSE: &'static str = "code rejection 1";
}

impl Rejection {
    /// Stores why a code was rejected.
    pub(super) async fn store(
        app: &App,
        store: &Store,
        id: &SignInId,
        rejected: &RejectedCode,
    ) -> Result<(), Failure> {
        let expires_at = app.clock.now().saturating_add(LIFETIME);
        let (kind, attempts_left) = (rejected.failure.kind, rejected.attempts_left);
        let sealed = app.keys.seal(id.as_str(), &Self { kind, attempts_left, expires_at })?;
        Ok(store.put(&key(id), sealed, expires_at).await?)
    }

    /// Returns why the last code was rejected, if no page has shown it yet.
    pub(crate) async fn of(
        app: &App,
        store: &Store,
        id: &SignInId,
    ) -> Result<Option<Self>, Failure> {
        let sealed = store.get(&key(id)).await?;
        let rejection: Option<Self> = sealed.and_then(|sealed| app.keys.open(id.as_str(), &sealed));
        Ok(rejection.filter(|rejection| app.clock.now() < rejection.expires_at))
    }

    /// Removes it, because a page has shown it.
    pub(crate) async fn discard(app: &App, store: &Store, id: &SignInId) -> Result<(), Failure> {
        Ok(store.put(&key(id), String::new(), app.clock.now()).await?)
    }
}

fn key(id: &SignInId) -> String {
    format!("code rejection {}", id.as_str())
}
