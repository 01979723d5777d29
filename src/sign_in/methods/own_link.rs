//! Sign-in with a link that the app emails itself. It opens a page with a button. The WorkOS link
//! is created only when that button is pressed in the requesting browser, so the email contains
//! nothing that a scanner could use up.

// for cross-device
mod elsewhere;
mod mail_link;
mod send;

use std::net::IpAddr;

use actix_web::http::Uri;
use actix_web::web;
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
use crate::shutdown::Task;
use crate::sign_in::blocked_cookies;
use crate::sign_in::complete::report;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::detached::detached;
use crate::sign_in::end::{self, end_of};
use crate::sign_in::next::Next;
use crate::sign_in::rate_limit::{RateLimits, client_key};
use crate::sign_in::refusal::spent;
use crate::sign_in::resume::{Resumed, resume};
use crate::sign_in::{LinkDelivery, PendingSignIn, RequestContext, SignInId, SignInMethod, State};
use crate::workos::PasswordlessSession;

const METHOD: SignInMethod = SignInMethod::Link(LinkDelivery::Smtp);
/// How long a press excludes others, in seconds. Longer than a call to WorkOS can take.
const PRESS: i64 = 10;

/// Returns the time until which the link, or an approval of it, can sign a user in. It is later
/// than the link's expiry, because another browser may approve the link just before that.
fn usable_until(app: &App, link: &MailLink) -> i64 {
    link.expires_at.saturating_add(State::lifetime(app.sign_in.link_lifetime))
}

/// The result of opening the link.
pub(crate) enum Opened {
    /// In the requesting browser: shows the button.
    Here(MailLink, Box<PendingSignIn>),
    // for cross-device
    /// In any other browser: shows the form for the digits, if it may approve.
    Elsewhere(MailLink),
    /// The link has already signed this browser in.
    Completed(Next),
}

/// Opens the link. This changes nothing, however often it is called.
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
    Ok(Opened::Here(link, Box::new(pending)))
}

/// The result of using the link.
pub(crate) enum Used {
    Next(Next),
    // for cross-device
    /// Not the requesting browser. Only the right digits may [`approve`] the sign-in.
    Elsewhere(MailLink),
}

/// Uses the link in the requesting browser: creates a WorkOS link and redirects to it.
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

/// Creates a WorkOS link and redirects to it.
async fn leave(
    ctx: &Ctx,
    requested: RequestContext,
    mut pending: PendingSignIn,
) -> Result<Next, Failure> {
    let (app, now) = (&ctx.app, ctx.app.clock.now());
    let state = pending.new_state(&app.keys, requested, app.sign_in.link_lifetime, now)?;
    let cookie = pending.cookie(&app.keys, now)?;

    // This continues even if the connection closes, so that the claim is always used or released.
    let (task, requested, its_app) = (Task::begin(&ctx.shutdown), pending.clone(), app.clone());
    let created = create_session(app.clone(), ctx.store.clone(), pending, state);
    let work = async move {
        let _task = task;
        created.await
    };
    let created = detached(work, move |failure| report(&its_app, &failure, &requested)).await;
    let session = created.map_err(|_| Failure::internal("the link task failed".to_owned()))??;
    Ok(Next::leave_for(session.link.expose_secret()).with([cookie]))
}

/// Creates the WorkOS link. Of concurrent presses, only one continues. The press doesn't use up our
/// link; only signing in does. So the user can try again after a failure of WorkOS or of this app.
async fn create_session(
    app: web::Data<App>,
    store: web::Data<Store>,
    pending: PendingSignIn,
    state: String,
) -> Result<PasswordlessSession, Failure> {
    let press = pending.id.press_key();
    let lapses_at = app.clock.now().saturating_add(PRESS);
    if !store.claim(&press, String::new(), lapses_at).await? {
        return Err(pressed().with_retry_of(&pending));
    }
    match workos_link::create_session(&app, &pending, &state).await {
        Ok(session) => Ok(session),
        Err(error) => {
            // If the release fails, the claim still expires by itself.
            let _ = store.release(&press).await;
            Err(match error.refuses_only("email") {
                true => Failure::new(ErrorKind::NotAllowed, "WorkOS rejects the address"),
                false => error.into(),
            })
        }
    }
}

impl SignInId {
    /// Returns the store's key for the hash of the link's secret, which is stored while the link
    /// can be used.
    #[must_use]
    pub fn mail_link_key(&self) -> String {
        format!("mail link {}", self.as_str())
    }
}

impl Resumed {
    /// Returns the pending sign-in, ended or not, unless it has expired. If it is completed,
    /// returns the redirect as the error.
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
    /// Offers to repeat the request if the failure is temporary: a server error, or another request
    /// that is using the link.
    #[must_use]
    pub(crate) fn with_retry_url_if_temporary(self, url: &Uri) -> Self {
        if self.kind.status().is_server_error() || self.kind == ErrorKind::MailLinkInUse {
            self.with_retry_url(&url.to_string())
        } else {
            self
        }
    }
}

/// Counts an unwanted sign-in against the network that requested it, as a tenth of its limit. It
/// isn't more, because a scanner that presses "Cancel sign-in" in each email of an office makes
/// every sign-in of that office count.
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

/// Fails unless the app has emailed this link, to this address if `pending` is known.
///
/// The cookie keys alone can seal a link and a pending sign-in for any address. They can't produce
/// the hashes, which are stored only when an email is sent.
async fn check_emailed(
    app: &App,
    store: &Store,
    id: &SignInId,
    secret_hash: &str,
    pending: Option<&PendingSignIn>,
) -> Result<(), Failure> {
    let stored = store.get(&id.mail_link_key()).await?.unwrap_or_default();
    let email = pending.map(|pending| &pending.email);
    let is_mailed = app.own_mail.mailer.is_some() && is_mailed(&stored, secret_hash, id, email);
    if is_mailed { Ok(()) } else { Err(spent()) }
}

/// Fails unless the link still works: the app has emailed it, it hasn't expired, and its sign-in
/// hasn't ended.
async fn check(ctx: &Ctx, link: &MailLink, pending: Option<&PendingSignIn>) -> Result<(), Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let is_over = app.clock.now() >= link.expires_at || end_of(store, &link.id).await?.is_some();
    let emailed = check_emailed(app, store, &link.id, &link.secret_hash(), pending).await;
    let refused = if is_over {
        spent()
    } else if let Err(refused) = emailed {
        refused
    } else if store.claimed(&link.id.press_key()).await?.is_some() {
        // Only the requesting browser may learn that the button was pressed.
        pending.map_or_else(spent, |_| pressed())
    } else {
        return Ok(());
    };
    Err(match pending {
        Some(pending) => refused.with_retry_of(pending),
        None => refused,
    })
}

/// Returns the link if its sign-in can still be canceled.
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

/// Cancels the sign-in, unless it has ended. Slows down only the network that requested it, and
/// only once: an email scanner may have pressed the button, and the address must not be blocked.
pub(crate) async fn cancel(app: &App, store: &Store, token: &str) -> Result<MailLink, Failure> {
    let link = cancellable(app, store, token).await?;
    if end::cancel(app, store, &link.id, usable_until(app, &link)).await? {
        slow_down(&app.rate_limits, store, link.network).await?;
    }
    Ok(link)
}
