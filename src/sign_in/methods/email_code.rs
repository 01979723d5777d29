//! Sign-in with a code that WorkOS emails (Magic Auth), entered in the requesting browser.

mod attempt;
mod last_organization;
pub(crate) mod organization;
mod otp;
mod rejection;

use std::time::Duration;

pub(crate) use attempt::{
    Redeemed, RejectedCode, attempted_at, is_interrupted, nothing_pending, redeem,
};
pub(crate) use last_organization::LastOrganization;
pub use otp::OneTimeCode;
pub(crate) use rejection::Rejection;

use actix_web::http::header::USER_AGENT;

use crate::audit::Event;
use crate::client_ip;
use crate::clock::seconds;
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;
use crate::sign_in::PendingSignIn;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::deliver::Delivery;
use crate::workos::ClientInfo;

/// How long to wait if WorkOS doesn't say: in this period, it sends three codes and accepts ten
/// attempts.
const A_MINUTE: Duration = Duration::from_secs(60);

/// Returns the kind for a sign-in that sends no link.
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

/// Returns whether another user has signed in since the page was shown, which said that the user with
/// the address `instead_of` is signed in. The page is then shown again, and says so.
fn has_another_user(user: Option<&CurrentUser>, pending: &PendingSignIn, instead_of: &str) -> bool {
    let other = user.filter(|user| !user.has_email(&pending.email));
    other.is_some_and(|other| other.profile.email != instead_of)
}

/// Returns what WorkOS gets to know of the visitor's browser (`SEND_CLIENT_INFO`).
fn client_info(ctx: &Ctx) -> ClientInfo {
    let Ctx { app, request, .. } = ctx;
    if !app.sign_in.sends_client_info {
        return ClientInfo::default();
    }
    let user_agent = request.headers().get(USER_AGENT).and_then(|it| it.to_str().ok());
    ClientInfo {
        ip_address: client_ip::from_request(request, &app.trusted_proxies).map(|ip| ip.to_string()),
        // Longer ones are of no browser, and WorkOS might refuse them.
        user_agent: user_agent.map(|it| it.chars().take(255).collect()),
    }
}

impl Delivery {
    /// Has WorkOS email a code. If WorkOS rejects the request in a way that may depend on the
    /// address, only the log says so.
    pub(in crate::sign_in) async fn email_code(&mut self) -> Result<(), Failure> {
        let (email, client) = (self.pending.email.as_str(), client_info(&self.ctx));
        match self.ctx.app.workos.create_magic_auth(email, &client).await {
            Ok(radar_auth_attempt_id) => {
                // The cookie of the sign-in has no room for a longer one.
                self.pending.radar_auth_attempt_id =
                    radar_auth_attempt_id.filter(|id| (1..=64).contains(&id.len()));
                self.entry().write();
            }
            Err(error) if error.is_address_rate_limited() => {
                tracing::warn!(event = "email_refused", cause = %error, "WorkOS refused to email a code for now");
                let wait = error.retry_after().unwrap_or(A_MINUTE);
                let next = self.ctx.app.clock.now().saturating_add(seconds(wait));
                self.pending.next_mail_at = Some(next);
                self.entry().with_event(Event::Undelivered).write();
            }
            Err(error) if error.may_depend_on_address() => {
                tracing::warn!(event = "email_refused", cause = %error, "WorkOS refused to email a code");
                self.entry().with_event(Event::Undelivered).write();
            }
            Err(error) => self.delay_or_fail(error)?,
        }
        Ok(())
    }
}
