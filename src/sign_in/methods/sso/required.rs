//! SSO that WorkOS requires of a user who has entered the right email code.

use super::{CodeVerifier, Leaving, leave_for_provider};
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::session::{CurrentUser, held_form};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::outcome::{ClaimStatus, Outcome, claim_status};
use crate::sign_in::refusal::spent;
use crate::sign_in::{PendingSignIn, SignInMethod, evict_oldest};
use crate::workos::Connection;

/// Begins a sign-in through the required connection, and leaves for its identity provider. The
/// sign-in by code has ended: it has verified the mailbox, which isn't enough.
pub(super) async fn leave(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    by_code: PendingSignIn,
    connection_id: Option<&str>,
) -> Result<Leaving, Failure> {
    let Ctx { app, request, .. } = ctx;
    let Some(ClaimStatus::Stored(Outcome::RequiresSso(connections))) =
        claim_status(ctx, user, &by_code.id).await?
    else {
        return Err(spent().with_retry_of(&by_code).for_audit(&by_code));
    };
    let connection_id = match (connection_id, connections.as_slice()) {
        (None, [only]) => only,
        (None, _) => return Ok(Leaving::Choose(Box::new(by_code), connections)),
        (Some(chosen), all) => all
            .iter()
            .find(|id| *id == chosen)
            .ok_or_else(|| Failure::new(ErrorKind::BadRequest, "the connection wasn't offered"))?,
    };
    let method = SignInMethod::Sso(CodeVerifier::new()?);
    let PendingSignIn { email, return_to, is_shared, .. } = by_code;
    let lifetime = method.lifetime(app);
    let mut pending = PendingSignIn::begin(email, method, lifetime, &app.keys, &app.clock)?;
    (pending.return_to, pending.is_shared) = (return_to, is_shared);
    pending.connection_id = Some(connection_id.clone());
    Entry::new(Event::Requested).pending(&app.keys, &pending).by(&pending.method).write();
    if let Some(user) = user {
        held_form::extend(ctx, user, pending.expires_at).await?;
    }
    let evicted = evict_oldest(request, &app.keys, app.clock.now());
    let next = leave_for_provider(ctx, user, pending)?;
    Ok(next.map_or(Leaving::Unknown, |next| Leaving::Next(next.with(evicted))))
}

/// Returns the connections with their names, for the user to choose from. One whose name WorkOS
/// doesn't tell has its ID as name.
pub(crate) async fn connections(ctx: &Ctx, ids: Vec<String>) -> Vec<Connection> {
    let workos = &ctx.app.workos;
    let named = ids.into_iter().map(async |id| match workos.connection(&id).await {
        Ok(connection) => connection,
        Err(_) => Connection { name: id.clone(), id },
    });
    futures_util::future::join_all(named).await
}
