//! How a code gets to its mailbox: WorkOS makes it and mails it.

use std::time::Duration;

use super::Delivery;
use crate::audit::Event;
use crate::clock::seconds;
use crate::error::Failure;

/// Where WorkOS doesn't say how long it wants to be left alone: within this time it mails three.
const A_MINUTE: Duration = Duration::from_secs(60);

impl Delivery {
    /// Has WorkOS mail a code. Where it may be for the address that it mails none, only the operator is
    /// told: it takes one call in any case.
    pub(crate) async fn code_by_workos(&mut self) -> Result<(), Failure> {
        match self.app.workos.create_magic_auth(self.pending.email.as_str()).await {
            Ok(()) => self.entry().write(),
            Err(error) if error.is_address_rate_limited() => {
                tracing::warn!(cause = %error, "WorkOS mails no code for a while");
                let wait = error.retry_after().unwrap_or(A_MINUTE);
                let next = self.app.clock.now().saturating_add(seconds(wait));
                self.pending.next_mail_at = Some(next);
                self.entry().but(Event::Undelivered).write();
            }
            Err(error) if error.may_depend_on_address() => {
                tracing::warn!(cause = %error, "WorkOS mails no code to this address");
                self.entry().but(Event::Undelivered).write();
            }
            Err(error) => self.delay_or_fail(error)?,
        }
        Ok(())
    }
}
