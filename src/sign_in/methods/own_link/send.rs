//! Sends the email with the app's own link.

use std::time::Duration;

use super::{METHOD, MailLink, usable_until};
use crate::audit::Event;
use crate::client_ip;
use crate::config;
use crate::error::{ErrorKind, Failure};
use crate::mail::{MailError, Mailer};
use crate::pages::{Pages, SignInMail};
use crate::sign_in::SignInMethod;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::deliver::Delivery;

/// The sender of the app's own links.
pub(crate) struct OwnMail {
    /// The client for the mail server, if one is configured.
    pub(crate) mailer: Option<Mailer>,
    pub(crate) link_lifetime: Duration,
}

impl OwnMail {
    pub(crate) fn start(settings: config::OwnMail) -> Self {
        Self { mailer: settings.server.map(Mailer::start), link_lifetime: settings.link_lifetime }
    }

    /// Returns the method for a user who may have chosen a link of the app (`smtp`).
    pub(crate) fn preferred(&self, default: SignInMethod, delivery: Option<&str>) -> SignInMethod {
        match default {
            SignInMethod::Link(_) if delivery == Some("smtp") && self.mailer.is_some() => METHOD,
            default => default,
        }
    }

    /// Sends the queued emails. Call it before the program ends.
    pub(crate) async fn finish(&self) {
        if let Some(mailer) = &self.mailer {
            mailer.finish().await;
        }
    }
}

impl Delivery {
    /// Emails the app's own link.
    pub(in crate::sign_in) async fn own_link(&self) -> Result<(), Failure> {
        let Ctx { app, store, request, .. } = &self.ctx;
        let none = || Failure::internal("SMTP_URL is not set".to_owned());
        let OwnMail { mailer, link_lifetime } = &app.own_mail;
        let mailer = mailer.as_ref().ok_or_else(none)?;
        let network = client_ip::network(client_ip::from_request(request, &app.trusted_proxies));
        let link = MailLink::new(&self.pending.id, self.requested(), network, *link_lifetime)?;
        let stored = link.stored(&self.pending.email);
        let name = self.pending.id.mail_link_key();
        store.put(&name, stored, usable_until(app, &link)).await?;
        let mail = SignInMail::new(&app.origin, &link, &link.token(&app.keys)?);
        let entry = self.entry();
        let taken = |is_taken| match is_taken {
            true => entry.write(),
            false => entry.with_event(Event::Undelivered).write(),
        };
        let email = Pages::new(app, request).mail(&mail)?;
        Ok(mailer.send(&self.pending.email, email, app.clock.system_time(), taken).await?)
    }
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        Self::new(ErrorKind::MailUnavailable, error.to_string())
    }
}
