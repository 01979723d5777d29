//! Sends the email of a sign-in. Each method does so in its own file.
//!
//! Neither the response nor its timing may depend on the address. Otherwise, they would reveal
//! which addresses WorkOS or the SMTP server knows.

use super::complete::report;
use super::ctx::Ctx;
use super::detached::detached;
use super::{LinkDelivery, PendingSignIn, RequestContext, SignInMethod};
use crate::audit::{Entry, Event};
use crate::error::Failure;
use crate::error::with_sources;
use crate::session::device;
use crate::shutdown::Task;
use crate::workos::WorkOsError;

/// The delivery of a sign-in's email. It continues even if the connection closes.
pub(crate) struct Delivery {
    pub(super) ctx: Ctx,
    pub(super) pending: PendingSignIn,
    _task: Task,
}

impl Delivery {
    pub(super) fn new(ctx: &Ctx, pending: PendingSignIn) -> Self {
        Self { ctx: ctx.clone(), pending, _task: Task::begin(&ctx.shutdown) }
    }

    /// Sends the email, unless the method sends none or the mailbox has reached its rate limit.
    /// Returns the sign-in for the browser to keep.
    pub(super) async fn deliver(self) -> Result<PendingSignIn, Failure> {
        let (app, requested) = (self.ctx.app.clone(), self.pending.clone());
        let report = move |failure: Failure| report(&app, &failure, &requested);
        let delivered = detached(self.run(), report).await;
        delivered.unwrap_or_else(|_| {
            Err(Failure::internal("the task that sends the email failed".to_owned()))
        })
    }

    async fn run(mut self) -> Result<PendingSignIn, Failure> {
        if self.pending.next_mail_at.is_some() {
            self.entry().with_event(Event::Undelivered).write();
            return Ok(self.pending);
        }
        match &self.pending.method {
            SignInMethod::Link(LinkDelivery::WorkOs) => self.workos_link().await?,
            // for own-mail
            SignInMethod::Link(LinkDelivery::Smtp) => self.own_link().await?,
            SignInMethod::Code => self.email_code().await?,
            // for sso
            SignInMethod::Sso(_) => {}
        }
        Ok(self.pending)
    }

    /// Marks the email as delayed if WorkOS may have sent it despite the error, because the browser
    /// then needs the pending sign-in. Otherwise, returns the error.
    pub(super) fn delay_or_fail(&mut self, error: WorkOsError) -> Result<(), Failure> {
        if !error.may_have_succeeded() {
            return Err(error.into());
        }
        let cause = with_sources(&error);
        tracing::warn!(event = "email_unconfirmed", %cause, "could not confirm that WorkOS sent the email");
        self.entry().with_event(Event::Undelivered).write();
        self.pending.is_delayed = true;
        Ok(())
    }

    pub(super) fn requested(&self) -> RequestContext {
        self.pending.requested(device::from_request(&self.ctx.request))
    }

    /// Returns the audit entry of a sent email.
    pub(super) fn entry(&self) -> Entry {
        let entry = Entry::new(Event::Delivered).pending(&self.ctx.app.keys, &self.pending);
        entry.by(&self.pending.method)
    }
}
