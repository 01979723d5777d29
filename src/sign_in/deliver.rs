//! How a link gets to its mailbox: WorkOS mails its own, or we mail ours. Or a code: see [`code`].
//!
//! Nothing else on the way of a sign-in knows which of them is set, `SIGN_IN_WITH`: the sign-in says.
//!
//! What is told to a stranger must not depend on the address, nor must the time that it takes:
//! neither WorkOS nor a mail server may be asked through us who has a mailbox.

mod code;

use std::net::IpAddr;

use actix_web::web;

use super::complete::tell;
use super::ctx::Ctx;
use super::detached::detached;
use crate::app::App;
use crate::audit::{Entry, Event, Finished};
use crate::causes::with_sources;
use crate::client_ip;
use crate::email_address::EmailAddress;
use crate::error::Failure;
use crate::pages::{Pages, SignInMail};
use crate::rate_limit::network;
use crate::sealed::NoRandomness;
use crate::session::{Store, device};
use crate::shutdown::Task;
use crate::sign_in::{LinkDelivery, MailLink, PendingSignIn, SignInMethod, State};
use crate::workos::{CreatePasswordlessSession, WorkOsError};

/// The way for this address: its organization's, or the usual one; of links the one that was asked for,
/// if it can be.
pub(crate) fn method(
    app: &App,
    email: &EmailAddress,
    asked_for: &str,
) -> Result<SignInMethod, NoRandomness> {
    if app.admission.sso_of(email.domain()).is_some() {
        return SignInMethod::sso();
    }
    Ok(match (&app.default_method, asked_for) {
        (SignInMethod::Link(_), "smtp") if app.mailer.is_some() => {
            SignInMethod::Link(LinkDelivery::Smtp)
        }
        (usual, _) => usual.clone(),
    })
}

/// The email of a sign-in, and what it says of the browser that asked: owned, so that it outlives the
/// request.
pub(crate) struct Delivery {
    app: web::Data<App>,
    store: web::Data<Store>,
    pages: Pages,
    pending: PendingSignIn,
    device: String,
    network: IpAddr,
    _task: Task,
}

impl Delivery {
    pub(crate) fn new(ctx: &Ctx, pages: Pages, pending: PendingSignIn) -> Self {
        Self {
            app: ctx.app.clone(),
            store: ctx.store.clone(),
            pages,
            pending,
            device: device::of(&ctx.request),
            network: network(client_ip::from_request(&ctx.request, &ctx.app.trusted_proxies)),
            _task: Task::begin(&ctx.shutdown),
        }
    }

    /// Delivers it, if the sign-in takes one and its mailbox hasn't got too many. Gives the sign-in as
    /// it stands then.
    pub(crate) async fn deliver(self) -> Result<PendingSignIn, Failure> {
        let (app, asked) = (self.app.clone(), self.pending.clone());
        let tell = move |failure: Failure| tell(&app, &failure, &asked);
        let delivered = detached(self.run(), tell).await;
        delivered.unwrap_or_else(|_| Err(Failure::internal("delivering an email broke".to_owned())))
    }

    async fn run(mut self) -> Result<PendingSignIn, Failure> {
        if self.pending.next_mail_at.is_some() {
            self.entry().but(Event::Undelivered).write();
            return Ok(self.pending);
        }
        match &self.pending.method {
            SignInMethod::Link(LinkDelivery::WorkOs) => self.by_workos().await?,
            SignInMethod::Link(LinkDelivery::Smtp) => self.by_us().await?,
            SignInMethod::Code => self.code_by_workos().await?,
            SignInMethod::Sso(_) => {}
        }
        Ok(self.pending)
    }

    /// The email holds our link only. WorkOS is asked for its own when ours is used, so there is
    /// nothing in the email that a scanner could use up.
    async fn by_us(&self) -> Result<(), Failure> {
        let app = &self.app;
        let none = || Failure::internal("there is no mail server".to_owned());
        let mailer = app.mailer.as_ref().ok_or_else(none)?;
        let requested = self.pending.requested(self.device.clone());
        let link =
            MailLink::new(&self.pending.id, requested, self.network, app.link_lifetimes.smtp)?;
        // Somewhat longer than the link: another browser may have approved it at its end.
        let until = link.expires_at.saturating_add(State::lifetime(app.link_lifetimes.workos));
        let stored = link.stored(&self.pending.email);
        self.store.put(&self.pending.id.name_of_mail_link(), stored, until).await?;
        let mail = SignInMail::new(&app.site.origin, &link, &link.token(&app.keys)?);
        let entry = self.entry();
        let taken = |is_taken| match is_taken {
            true => entry.write(),
            false => entry.but(Event::Undelivered).write(),
        };
        let email = self.pages.mail(&mail)?;
        Ok(mailer.send(&self.pending.email, email, app.clock.system_time(), taken).await?)
    }

    /// Has WorkOS make the link and mail it. The link itself goes nowhere else: whoever typed the
    /// address must not get it.
    async fn by_workos(&mut self) -> Result<(), Failure> {
        let app = &self.app;
        let expires_in = app.link_lifetimes.workos;
        let requested = self.pending.requested(self.device.clone());
        let now = app.clock.now();
        let state = self.pending.new_state(&app.keys, requested, expires_in, now)?;
        let session = CreatePasswordlessSession {
            email: self.pending.email.as_str(),
            redirect_uri: &app.site.redirect_uri,
            state: &state,
            expires_in,
        };
        let sent = match app.workos.create_passwordless_session(session).await {
            Ok(session) => app.workos.send_passwordless_session(&session.id).await,
            // Ends as the other call would for want of a session, but takes as long.
            Err(error) if error.refuses_only("email") => {
                let _ = app.workos.send_passwordless_session("none").await;
                tracing::warn!(cause = %error, "WorkOS takes no mail for this address");
                self.entry().but(Event::Undelivered).write();
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        match sent {
            Ok(()) => self.entry().write(),
            Err(error) if error.refuses_only("email") => {
                tracing::warn!(cause = %error, "WorkOS takes no mail for this address");
                self.entry().but(Event::Undelivered).write();
            }
            Err(error) => self.delay_or_fail(error)?,
        }
        Ok(())
    }

    /// Once WorkOS may have sent the email, the browser must have the sign-in that it leads to.
    fn delay_or_fail(&mut self, error: WorkOsError) -> Result<(), Failure> {
        if !error.may_have_succeeded() {
            return Err(error.into());
        }
        tracing::warn!(cause = %with_sources(&error), "WorkOS may have sent this email, or not");
        self.entry().but(Event::Undelivered).write();
        self.pending.is_delayed = true;
        Ok(())
    }

    /// That the email of this sign-in is on its way.
    fn entry(&self) -> Finished {
        let entry = Entry::new(&self.app.keys, Event::Delivered).of_sign_in(&self.pending);
        entry.by(&self.pending.method).finished()
    }
}
