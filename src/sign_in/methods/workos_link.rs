//! Sign-in with a link that WorkOS creates and emails.

use crate::app::App;
use crate::audit::Event;
use crate::error::Failure;
use crate::sign_in::PendingSignIn;
use crate::sign_in::deliver::Delivery;
use crate::workos::{CreatePasswordlessSession, PasswordlessSession, WorkOsError};

/// Creates a WorkOS link that redirects back with this `state`.
pub(super) async fn create_session(
    app: &App,
    pending: &PendingSignIn,
    state: &str,
) -> Result<PasswordlessSession, WorkOsError> {
    app.workos
        .create_passwordless_session(CreatePasswordlessSession {
            email: pending.email.as_str(),
            redirect_uri: &app.redirect_uri,
            state,
            expires_in: app.sign_in.link_lifetime,
        })
        .await
}

impl Delivery {
    /// Has WorkOS create the link and email it. The link is used nowhere else, because the visitor
    /// who entered the address must not get it.
    pub(in crate::sign_in) async fn workos_link(&mut self) -> Result<(), Failure> {
        let (requested, now) = (self.requested(), self.ctx.app.clock.now());
        let lifetime = self.ctx.app.sign_in.link_lifetime;
        let state = self.pending.new_state(&self.ctx.app.keys, requested, lifetime, now)?;
        let workos = &self.ctx.app.workos;
        let sent = match create_session(&self.ctx.app, &self.pending, &state).await {
            Ok(session) => workos.send_passwordless_session(&session.id).await,
            Err(error) if error.refuses_only("email") => {
                // Fails because there is no such session, but takes as long as for any other
                // address.
                let _ = workos.send_passwordless_session("none").await;
                Err(error)
            }
            Err(error) => return Err(error.into()),
        };
        match sent {
            Ok(()) => self.entry().write(),
            Err(error) if error.refuses_only("email") => {
                tracing::warn!(event = "email_refused", cause = %error, "WorkOS refused to email a link");
                self.entry().with_event(Event::Undelivered).write();
            }
            Err(error) => self.delay_or_fail(error)?,
        }
        Ok(())
    }
}
