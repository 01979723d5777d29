//! How a link gets to its mailbox: WorkOS mails its own, or we mail ours. Or a code: see [`code`].
//!
//! Nothing else on the way of a sign-in knows which of them is set, `SIGN_IN_WITH`: the sign-in says.
//!
//! What is told to a stranger must not depend on the address, nor must the time that it takes:
//! neither WorkOS nor a mail server may be asked through us who has a mailbox.

mod code;

use actix_web::HttpRequest;

use crate::app::App;
use crate::audit::{Entry, Event, Finished};
use crate::client_address;
use crate::email_address::EmailAddress;
use crate::error::Failure;
use crate::pages::{Pages, SignInMail};
use crate::rate_limit::network;
use crate::sealed::NoRandomness;
use crate::session::device;
use crate::sign_in::{Flow, LinkDelivery, MailLink, PendingSignIn, Way};
use crate::workos::CreatePasswordlessSession;

/// The way for this address: its organization's, or the usual one; of links the one that was asked for,
/// if it can be.
pub(super) fn way(app: &App, email: &EmailAddress, asked_for: &str) -> Result<Way, NoRandomness> {
    if app.admission.sso_of(email.domain()).is_some() {
        return Way::sso();
    }
    Ok(match (&app.usual_way, asked_for) {
        (Way::Link(_), "smtp") if app.mailer.is_some() => Way::Link(LinkDelivery::Smtp),
        (usual, _) => usual.clone(),
    })
}

/// Delivers the mail of this sign-in, if it takes one and its mailbox hasn't got too many.
pub(super) async fn mail(
    app: &App,
    pages: &Pages,
    request: &HttpRequest,
    flow: &Flow,
    pending: &mut PendingSignIn,
) -> Result<(), Failure> {
    if pending.way.is_sso() {
        return Ok(());
    }
    if pending.next_mail_at.is_some() {
        entry(app, flow, pending).but(Event::Undelivered).write();
        return Ok(());
    }
    match &pending.way {
        Way::Link(LinkDelivery::WorkOs) => by_workos(app, request, flow, pending).await,
        Way::Link(LinkDelivery::Smtp) => by_us(app, pages, request, flow, pending).await,
        Way::Code => code::by_workos(app, flow, pending).await,
        Way::Sso(_) => Ok(()),
    }
}

/// The mail holds our link only. WorkOS is asked for its own when ours is used, so there is nothing
/// in the mail that a scanner could use up.
async fn by_us(
    app: &App,
    pages: &Pages,
    request: &HttpRequest,
    flow: &Flow,
    pending: &PendingSignIn,
) -> Result<(), Failure> {
    let none = || Failure::internal("there is no mail server".to_owned());
    let mailer = app.mailer.as_ref().ok_or_else(none)?;
    let asking = pending.asking(device::of(request));
    let network = network(client_address::of(request, &app.trusted_proxies));
    let link = MailLink::new(flow, asking, network, app.link_lifetimes.smtp);
    let mail = SignInMail::new(&app.site.origin, &link, &link.token(&app.keys)?);
    let entry = entry(app, flow, pending);
    let taken = |is_taken| match is_taken {
        true => entry.write(),
        false => entry.but(Event::Undelivered).write(),
    };
    Ok(mailer.send(&pending.email, pages.mail(&mail)?, app.clock.now(), taken).await?)
}

/// That the mail of this sign-in is on its way.
fn entry(app: &App, flow: &Flow, pending: &PendingSignIn) -> Finished {
    let entry = Entry::new(&app.keys, Event::Delivered).of(&pending.email);
    entry.in_flow(flow).by(&pending.way).finished()
}

/// Has WorkOS make the link and mail it. The link itself goes nowhere else: whoever typed the
/// address must not get it.
async fn by_workos(
    app: &App,
    request: &HttpRequest,
    flow: &Flow,
    pending: &mut PendingSignIn,
) -> Result<(), Failure> {
    let expires_in = app.link_lifetimes.workos;
    let asking = pending.asking(device::of(request));
    let state = pending.new_state(&app.keys, flow, asking, expires_in, app.clock.now())?;
    let session = CreatePasswordlessSession {
        email: pending.email.as_str(),
        redirect_uri: &app.site.redirect_uri,
        state: &state,
        expires_in,
    };
    let delivered = match app.workos.create_passwordless_session(session).await {
        Ok(session) => app.workos.send_passwordless_session(&session.id).await,
        // Ends as the other call would for want of a session, but takes as long.
        Err(error) if error.refuses_only("email") => {
            let _ = app.workos.send_passwordless_session("none").await;
            Err(error)
        }
        Err(error) => Err(error),
    };
    match delivered {
        Err(error) if error.refuses_only("email") => {
            tracing::warn!(cause = %error, "WorkOS takes no mail for this address");
            entry(app, flow, pending).but(Event::Undelivered).write();
            Ok(())
        }
        delivered => {
            delivered?;
            entry(app, flow, pending).write();
            Ok(())
        }
    }
}
