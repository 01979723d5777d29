//! WorkOS emails a code (Magic Auth), and the user types it in where it was requested.

mod attempt;
mod otp;

use std::time::Duration;

pub(crate) use attempt::{
    Redeemed, RejectedCode, attempted_at, is_interrupted, nothing_pending, redeem,
};
pub use otp::OneTimeCode;

use crate::audit::Event;
use crate::clock::seconds;
use crate::error::{ErrorKind, Failure};
use crate::sign_in::deliver::Delivery;

/// Where WorkOS doesn't say how long to wait: within this time it sends three codes and takes ten tries.
const A_MINUTE: Duration = Duration::from_secs(60);

/// What a failure is called where no link was sent.
pub(super) fn error_kind(kind: ErrorKind) -> ErrorKind {
    match kind {
        ErrorKind::LinkExpired | ErrorKind::MailLinkSpent | ErrorKind::CodeExpired => {
            ErrorKind::OneTimeCodeSpent
        }
        ErrorKind::NothingPending => ErrorKind::NoCodePending,
        ErrorKind::ProfileMismatch => ErrorKind::CodeOfAnother,
        other => other,
    }
}

impl Delivery {
    /// Has WorkOS email a code. If it may be because of the address that it sends none, only the
    /// operator is told.
    pub(in crate::sign_in) async fn email_code(&mut self) -> Result<(), Failure> {
        match self.ctx.app.workos.create_magic_auth(self.pending.email.as_str()).await {
            Ok(()) => self.entry().write(),
            Err(error) if error.is_address_rate_limited() => {
                tracing::warn!(cause = %error, "WorkOS sends no code for a while");
                let wait = error.retry_after().unwrap_or(A_MINUTE);
                let next = self.ctx.app.clock.now().saturating_add(seconds(wait));
                self.pending.next_mail_at = Some(next);
                self.entry().but(Event::Undelivered).write();
            }
            Err(error) if error.may_depend_on_address() => {
                tracing::warn!(cause = %error, "WorkOS sends no code to this address");
                self.entry().but(Event::Undelivered).write();
            }
            Err(error) => self.delay_or_fail(error)?,
        }
        Ok(())
    }
}
