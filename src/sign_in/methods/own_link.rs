//! This app emails a link of its own. WorkOS makes its link only when the button behind ours is pressed
//! in the requesting browser, so there is nothing in the email that a scanner could use up.

// for cross-device
mod elsewhere;
mod mail_link;
mod send;

use std::net::IpAddr;

use actix_web::http::Uri;
use actix_web::{rt, web};
use secrecy::ExposeSecret;

// for cross-device
pub(crate) use elsewhere::{approve, leave_if_approved};
pub use mail_link::{MailLink, is_mailed};
pub(crate) use send::OwnMail;

use super::workos_link;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::session::{CurrentUser, RateLimitHit, Store, StoreError};
use crate::sign_in::blocked_cookies;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::{self, end_of};
use crate::sign_in::next::Next;
use crate::sign_in::rate_limit::{RateLimits, client_key};
use crate::sign_in::refusal::spent;
use crate::sign_in::resume::{Resumed, resume};
use crate::sign_in::{LinkDelivery, PendingSignIn, RequestContext, SignInId, SignInMethod, State};
use crate::workos::PasswordlessSession;

const METHOD: SignInMethod = SignInMethod::Link(LinkDelivery::Smtp);
/// For how many seconds a press keeps others out: longer than WorkOS may take.
const PRESS: i64 = 10;

/// Until when the link, or what it has led to, may sign a user in: somewhat longer than the link works,
/// since another browser may approve it at its end.
fn usable_until(app: &App, link: &MailLink) -> i64 {
    link.expires_at.saturating_add(State::lifetime(app.sign_in.link_lifetime))
}

/// What the page behind the link shows.
pub(crate) enum Opened {
    /// The requesting browser: a button.
    Here(MailLink, PendingSignIn),
    // for cross-device
    /// Any other: the digits to type, if it may approve.
    Elsewhere(MailLink),
    /// The link has signed this browser in.
    Completed(Next),
}

/// Opens the link. Changes nothing, however often it is opened.
pub(crate) async fn open(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    token: &str,
) -> Result<Opened, Failure> {
    let link = MailLink::read(&ctx.app.keys, token).ok_or_else(spent)?;
    let resumed = resume(ctx, user, &link.id).await?;
    let pending = match resumed.pending(ctx.app.clock.now()) {
        Ok(pending) => pending,
        Err(next) => return Ok(Opened::Completed(next)),
    };
    check(ctx, &link, pending.as_ref()).await?;
    Entry::new(Event::Opened).sign_in(&ctx.app.keys, &link.id).by(&METHOD).write();
    let Some(pending) = pending else {
        blocked_cookies::refuse_if_marked(&ctx.store, &link.id).await?;
        // without cross-device: return Err(crate::sign_in::finish::nothing_pending());
        // for cross-device
        return Ok(Opened::Elsewhere(link));
    };
    Ok(Opened::Here(link, pending))
}

/// What using the link leads to.
pub(crate) enum Used {
    Next(Next),
    // for cross-device
    /// Not the requesting browser: only the right digits may [`approve`] it.
    Elsewhere(MailLink),
}

/// Uses the link in the requesting browser: WorkOS's own is made now, and used at once.
pub(crate) async fn use_link(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    token: &str,
) -> Result<Used, Failure> {
    let link = MailLink::read(&ctx.app.keys, token).ok_or_else(spent)?;
    let resumed = resume(ctx, user, &link.id).await?;
    let pending = match resumed.pending(ctx.app.clock.now()) {
        Ok(pending) => pending,
        Err(next) => return Ok(Used::Next(next)),
    };
    // without cross-device: let pending = pending.ok_or_else(crate::sign_in::finish::nothing_pending)?;
    // for cross-device
    let Some(pending) = pending else { return Ok(Used::Elsewhere(link)) };
    check(ctx, &link, Some(&pending)).await?;
    leave(ctx, link.requested, pending).await.map(Used::Next)
}

/// Has WorkOS make its link, and leaves for it.
async fn leave(
    ctx: &Ctx,
    requested: RequestContext,
    mut pending: PendingSignIn,
) -> Result<Next, Failure> {
    let (app, now) = (&ctx.app, ctx.app.clock.now());
    let state = pending.new_state(&app.keys, requested, app.sign_in.link_lifetime, now)?;
    let cookie = pending.cookie(&app.keys, now)?;

    // This runs to its end even if the connection closes: the claim is used or released.
    let created = rt::spawn(create_session(app.clone(), ctx.store.clone(), pending, state)).await;
    let session = created.map_err(|_| Failure::internal("the link task failed".to_owned()))??;
    Ok(Next::leave_for(session.link.expose_secret()).with([cookie]))
}

/// Of fifty presses at once, one continues. The link isn't used up by that: it is when a user is signed
/// in by it. So no failure, of WorkOS or of this app, costs the user the email.
async fn create_session(
    app: web::Data<App>,
    store: web::Data<Store>,
    pending: PendingSignIn,
    state: String,
) -> Result<PasswordlessSession, Failure> {
    let press = pending.id.claim_of_press();
    let lapses_at = app.clock.now().saturating_add(PRESS);
    if !store.claim(&press, String::new(), lapses_at).await? {
        return Err(pressed().with_retry_of(&pending));
    }
    match workos_link::create_session(&app, &pending, &state).await {
        Ok(session) => Ok(session),
        Err(error) => {
            // Otherwise it lapses by itself.
            let _ = store.release(&press).await;
            Err(match error.refuses_only("email") {
                true => Failure::new(ErrorKind::NotAllowed, "WorkOS rejects the address"),
                false => error.into(),
            })
        }
    }
}

impl SignInId {
    /// What the store calls the hash of what only its email holds, for as long as the link there may
    /// be used.
    #[must_use]
    pub fn name_of_mail_link(&self) -> String {
        format!("mail link {}", self.as_str())
    }
}

impl Resumed {
    /// The sign-in, over or not, unless it has expired; or where it leads that is completed.
    fn pending(self, now: i64) -> Result<Option<PendingSignIn>, Next> {
        match self {
            Self::Pending(pending) | Self::Over(pending) => {
                Ok(Some(pending).filter(|pending| now < pending.expires_at))
            }
            Self::Completed(next) => Err(next),
            Self::Unknown => Ok(None),
        }
    }
}

impl Failure {
    /// Offers the same request once more if something outside failed, or if another request is about
    /// to be done with it.
    #[must_use]
    pub(crate) fn with_retry_url_if_temporary(self, url: &Uri) -> Self {
        if self.kind.status().is_server_error() || self.kind == ErrorKind::MailLinkInUse {
            self.with_retry_url(&url.to_string())
        } else {
            self
        }
    }
}

/// Counts an unwanted link against the network that requested it, as a tenth of what it may request.
/// Not more: if an email scanner presses the button, every sign-in of an office counts like this.
async fn slow_down(limits: &RateLimits, store: &Store, network: IpAddr) -> Result<(), StoreError> {
    let limit = limits.per_client;
    let cost = limit.at_most.div_ceil(10);
    let tenth = RateLimitHit { cost, ..RateLimitHit::one(client_key(network), limit) };
    store.check_rate_limits(&[tenth]).await.map(drop)
}

fn pressed() -> Failure {
    Failure::new(
        ErrorKind::MailLinkInUse,
        "the link's button was pressed less than ten seconds ago",
    )
}

/// Refuses what no email of ours to this address holds. With the cookie keys alone one can seal a link
/// and a pending sign-in for any address, but not those whose hashes are stored; and nothing is stored
/// where no email is sent.
async fn check_emailed(
    app: &App,
    store: &Store,
    id: &SignInId,
    secret_hash: &str,
    pending: Option<&PendingSignIn>,
) -> Result<(), Failure> {
    let stored = store.get(&id.name_of_mail_link()).await?.unwrap_or_default();
    let email = pending.map(|pending| &pending.email);
    let is_mailed = app.own_mail.mailer.is_some() && is_mailed(&stored, secret_hash, id, email);
    if is_mailed { Ok(()) } else { Err(spent()) }
}

/// Whether the link still works: an email holds it, it has not expired, and neither has its sign-in ended.
async fn check(ctx: &Ctx, link: &MailLink, pending: Option<&PendingSignIn>) -> Result<(), Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let is_over = app.clock.now() >= link.expires_at || end_of(store, &link.id).await?.is_some();
    let emailed = check_emailed(app, store, &link.id, &link.secret_hash(), pending).await;
    let refused = if is_over {
        spent()
    } else if let Err(refused) = emailed {
        refused
    } else if store.claimed(&link.id.claim_of_press()).await?.is_some() {
        // Only the requesting browser learns that the button was pressed.
        pending.map_or_else(spent, |_| pressed())
    } else {
        return Ok(());
    };
    Err(match pending {
        Some(pending) => refused.with_retry_of(pending),
        None => refused,
    })
}

/// Reads the link whose sign-in is to be cancelled.
pub(crate) async fn cancellable(
    app: &App,
    store: &Store,
    token: &str,
) -> Result<MailLink, Failure> {
    let link = MailLink::read(&app.keys, token).filter(|link| app.clock.now() < link.expires_at);
    let link = link.ok_or_else(spent)?;
    check_emailed(app, store, &link.id, &link.secret_hash(), None).await?;
    Ok(link)
}

/// Ends this one sign-in, before anyone is signed in, and slows down the network that requested it: not
/// the address, and only once, because an email scanner may have pressed the button.
pub(crate) async fn cancel(app: &App, store: &Store, token: &str) -> Result<MailLink, Failure> {
    let link = cancellable(app, store, token).await?;
    if end::cancel(app, store, &link.id, usable_until(app, &link)).await? {
        slow_down(&app.rate_limits, store, link.network).await?;
    }
    Ok(link)
}
