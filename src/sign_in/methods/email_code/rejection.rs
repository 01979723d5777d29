//! Why the last code of a sign-in was rejected. The page of the sign-in says so.

use serde::{Deserialize, Serialize};

use super::{RejectedCode, attempted_at};
use crate::error::{ErrorKind, Failure};
use crate::pages::is_seen;
use crate::sealed::Sealed;
use crate::sign_in::complete::report;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::{PendingSignIn, SignInId, SignInMethod, attempts};

/// How long it is stored, in seconds.
const LIFETIME: i64 = 60;

#[derive(Serialize, Deserialize)]
pub(crate) struct Rejection {
    pub(crate) kind: ErrorKind,
    /// When it expires, in seconds since 1970.
    expires_at: i64,
}

impl Sealed for Rejection {
    const PURPOSE: &'static str = "code rejection 1";
}

impl Rejection {
    /// Reports why a code was rejected, and stores it until the page has shown it.
    pub(crate) async fn keep(
        ctx: &Ctx,
        pending: &PendingSignIn,
        rejected: &RejectedCode,
    ) -> Result<(), Failure> {
        let Ctx { app, store, .. } = ctx;
        report(app, &rejected.failure, pending);
        let expires_at = app.clock.now().saturating_add(LIFETIME);
        let (kind, id) = (rejected.failure.kind, &pending.id);
        let sealed = app.keys.seal(id.as_str(), &Self { kind, expires_at })?;
        Ok(store.put(&key(id), sealed, expires_at).await?)
    }

    /// Returns what the page says about the last code, and how many attempts are left if one was used.
    /// Once it has said why the code was rejected, it goes on saying that it was.
    pub(crate) async fn last(
        ctx: &Ctx,
        pending: &PendingSignIn,
    ) -> Result<Option<(ErrorKind, Option<u32>)>, Failure> {
        let (store, now) = (&ctx.store, ctx.app.clock.now());
        if !matches!(pending.method, SignInMethod::Code) {
            return Ok(None);
        }
        let left = attempts::left(store, &pending.id).await?;
        let left = Some(left).filter(|left| *left < attempts::MAX_ATTEMPTS);
        if let Some(rejection) = Self::unseen(ctx, &pending.id).await? {
            if is_seen(&ctx.request) {
                store.put(&key(&pending.id), String::new(), now).await?;
            }
            return Ok(Some((rejection.kind, left)));
        }
        // An attempt in progress counts until WorkOS has responded.
        let is_trying = attempted_at(store, &pending.id).await?.is_some();
        Ok(left.filter(|_| !is_trying).map(|left| (ErrorKind::WrongCode, Some(left))))
    }

    /// Returns why the last code was rejected, if no page has shown it yet.
    pub(crate) async fn unseen(ctx: &Ctx, id: &SignInId) -> Result<Option<Self>, Failure> {
        let Ctx { app, store, .. } = ctx;
        let sealed = store.get(&key(id)).await?;
        let rejection: Option<Self> = sealed.and_then(|sealed| app.keys.open(id.as_str(), &sealed));
        Ok(rejection.filter(|rejection| app.clock.now() < rejection.expires_at))
    }
}

fn key(id: &SignInId) -> String {
    format!("code rejection {}", id.as_str())
}
