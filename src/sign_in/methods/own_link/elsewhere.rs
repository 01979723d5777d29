// for cross-device
//! The app's own link, opened in a browser that didn't request it.

use super::{check, check_emailed, leave, usable_until};
use crate::clock::seconds;
use crate::error::{ErrorKind, Failure};
use crate::session::device;
use crate::sign_in::approve::{Approvable, NotApproved};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::own_link::MailLink;
use crate::sign_in::state::CODE_LIFETIME;
use crate::sign_in::{Approval, PendingSignIn};

/// Approves the sign-in if the digits are right, so that the requesting browser continues.
pub(crate) async fn approve(ctx: &Ctx, link: &MailLink, digits: &str) -> Result<(), NotApproved> {
    let checked = check(ctx, link, None).await;
    // The button was pressed again, while or after the requesting browser continued.
    if checked.is_err() && is_approved(ctx, link).await? {
        return Ok(());
    }
    checked?;
    let expires_at = usable_until(&ctx.app, link);
    let approvable = Approvable { id: &link.id, requested: &link.requested, expires_at };
    let approval = Approval {
        callback: None,
        secret_hash: Some(link.secret_hash()),
        expires_at: ctx.app.clock.now().saturating_add(seconds(CODE_LIFETIME)),
    };
    approvable.approve(ctx, digits, &approval).await
}

/// Returns whether the sign-in of this link has been approved.
async fn is_approved(ctx: &Ctx, link: &MailLink) -> Result<bool, Failure> {
    Ok(ctx.store.get(&link.id.approval_key()).await?.is_some()
        && check_emailed(&ctx.app, &ctx.store, &link.id, &link.secret_hash(), None).await.is_ok())
}

/// Continues in the requesting browser, after another browser has approved the link with this
/// secret.
pub(crate) async fn leave_if_approved(
    ctx: &Ctx,
    pending: PendingSignIn,
    secret_hash: &str,
) -> Result<Next, Failure> {
    let id = pending.id.clone();
    let checked = check_emailed(&ctx.app, &ctx.store, &id, secret_hash, Some(&pending)).await;
    checked.map_err(|refused| refused.with_retry_of(&pending))?;
    let requested = pending.requested(device::from_request(&ctx.request));
    leave(ctx, requested, pending).await.map_err(|failure| match failure.kind {
        // Another tab of this browser is using it.
        ErrorKind::MailLinkInUse => Failure::in_progress(&id),
        _ => failure.with_retry_url_if_temporary(ctx.request.uri()),
    })
}
