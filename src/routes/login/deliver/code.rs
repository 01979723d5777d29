//! How a code gets to its mailbox: WorkOS makes it and mails it.

use std::time::Duration;

use super::entry;
use crate::app::App;
use crate::audit::Event;
use crate::clock::seconds;
use crate::error::Failure;
use crate::sign_in::{Flow, PendingSignIn};

/// Where WorkOS doesn't say how long it wants to be left alone: within this time it mails three.
const A_MINUTE: Duration = Duration::from_secs(60);

/// Has WorkOS mail a code. Where it may be for the address that it mails none, only the operator is
/// told: it takes one call in any case.
pub(super) async fn by_workos(
    app: &App,
    flow: &Flow,
    pending: &mut PendingSignIn,
) -> Result<(), Failure> {
    match app.workos.create_magic_auth(pending.email.as_str()).await {
        Ok(()) => entry(app, flow, pending).write(),
        Err(error) if error.is_short_of_mails() => {
            tracing::warn!(cause = %error, "WorkOS mails no code for a while");
            let wait = error.retry_after().unwrap_or(A_MINUTE);
            pending.next_mail_at = Some(app.clock.now().saturating_add(seconds(wait)));
            entry(app, flow, pending).but(Event::Undelivered).write();
        }
        Err(error) if error.may_hang_on_address() => {
            tracing::warn!(cause = %error, "WorkOS mails no code to this address");
            entry(app, flow, pending).but(Event::Undelivered).write();
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
