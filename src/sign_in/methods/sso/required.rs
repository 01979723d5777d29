//! SSO that WorkOS requires of a user who has entered the right email code.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{CodeVerifier, reject_bypass};
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::sealed::Sealed;
use crate::session::held_form;
use crate::sign_in::complete::Completion;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::outcome::Outcome;
use crate::sign_in::{PendingSignIn, SignInId, SignInMethod};
use crate::workos::Connection;

const MAX_CONNECTIONS: usize = 10;
/// The cookie of the sign-in has no room for a longer ID.
const MAX_ID_LENGTH: usize = 64;
/// How long WorkOS may take to return the names of the connections.
const NAMES_DEADLINE: Duration = Duration::from_secs(3);

/// The sign-in through SSO that replaces one by an email code.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RequiredSso {
    id: SignInId,
    pending: PendingSignIn,
}

/// The connections to choose from. They are sealed and kept in the store.
#[derive(Serialize, Deserialize)]
struct Connections {
    connections: Vec<Connection>,
    /// When they expire, in seconds since 1970.
    expires_at: i64,
}

impl Sealed for Connections {
    const PURPOSE: &'static str = "required connections 1";
}

impl Completion {
    /// Begins the sign-in through one of these connections. The sign-in by code has ended: it has
    /// verified the mailbox, which isn't enough.
    pub(in crate::sign_in) async fn require_sso(
        &self,
        mut ids: Vec<String>,
    ) -> Result<Outcome, Failure> {
        let Ctx { app, store, .. } = &self.ctx;
        let PendingSignIn { email, return_to, is_shared, .. } = self.pending.clone();
        reject_bypass(&app.sign_in.sso.domains, &email)?;
        let mut seen = HashSet::new();
        ids.retain(|id| (1..=MAX_ID_LENGTH).contains(&id.len()) && seen.insert(id.clone()));
        ids.truncate(MAX_CONNECTIONS);

        let method = SignInMethod::Sso(CodeVerifier::new()?);
        let lifetime = method.lifetime(app);
        let mut pending = PendingSignIn::begin(email, method, lifetime, &app.keys, &app.clock)?;
        (pending.return_to, pending.is_shared) = (return_to, is_shared);
        let (id, expires_at) = (pending.id.clone(), pending.expires_at);
        match ids.as_slice() {
            [] => {
                return Err(Failure::new(
                    ErrorKind::FurtherSteps,
                    "sso_required, without a connection",
                ));
            }
            [only] => pending.connection_id = Some(only.clone()),
            _ => {
                let connections = named(app, ids).await;
                let sealed =
                    app.keys.seal(id.as_str(), &Connections { connections, expires_at })?;
                store.put(&key(&id), sealed, expires_at).await?;
            }
        }
        Entry::new(Event::Requested).pending(&app.keys, &pending).by(&pending.method).write();
        if let Some(user) = &self.user {
            held_form::extend(&self.ctx, user, expires_at).await?;
        }
        Ok(Outcome::RequiresSso(Box::new(RequiredSso { id, pending })))
    }
}

impl RequiredSso {
    /// Leaves for the identity provider, with the cookie of the new sign-in.
    pub(in crate::sign_in) fn next(
        self,
        app: &App,
        by_code: &PendingSignIn,
    ) -> Result<Next, Failure> {
        let Self { id, mut pending } = self;
        let next = Next::to(format!("/login/sso?flow={}", id.as_str()));
        pending.id = id;
        let cookie = pending.cookie(&app.keys, app.clock.now())?;
        Ok(next.with([by_code.id.removal_cookie(), cookie]))
    }
}

/// Returns the connections with their names. One whose name WorkOS doesn't tell in time has its ID as
/// name.
async fn named(app: &App, ids: Vec<String>) -> Vec<Connection> {
    let named = ids.into_iter().map(async |id| {
        let connection = timeout(NAMES_DEADLINE, app.workos.connection(&id)).await;
        let name = connection.ok().and_then(Result::ok).map(|connection| connection.name);
        let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.clone());
        Connection { id, name }
    });
    join_all(named).await
}

/// Returns the connections that the user of this sign-in may choose from, if there are several.
pub(super) async fn connections(
    ctx: &Ctx,
    id: &SignInId,
) -> Result<Option<Vec<Connection>>, Failure> {
    let sealed = ctx.store.get(&key(id)).await?;
    let stored: Option<Connections> =
        sealed.and_then(|sealed| ctx.app.keys.open(id.as_str(), &sealed));
    let stored = stored.filter(|stored| ctx.app.clock.now() < stored.expires_at);
    Ok(stored.map(|stored| stored.connections))
}

fn key(id: &SignInId) -> String {
    format!("connections {}", id.as_str())
}
