//! `/login/open/{token}`: the link of our own mail. GET shows, POST goes on to WorkOS.

use actix_web::{HttpRequest, HttpResponse, rt, web};
use secrecy::ExposeSecret;

use super::approve::Form;
use super::sent::refuse_without_cookies;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::pages::{ApprovePage, ApprovedPage, LeavingPage, OpenPage, Pages, see_other};
use crate::session::{CurrentUser, Store};
use crate::sign_in::approve::{Typed, check_digits};
use crate::sign_in::complete::wait_if_begun;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::{end_of, spent};
use crate::sign_in::{
    Approval, End, LinkDelivery, MailLink, PendingSignIn, RequestContext, SignInId, SignInMethod,
    State, is_mailed,
};
use crate::workos::{CreatePasswordlessSession, PasswordlessSession};

const OUR_MAIL: SignInMethod = SignInMethod::Link(LinkDelivery::Smtp);
/// For how many seconds a press keeps others out: longer than WorkOS may take.
const PRESS: i64 = 10;

/// Changes nothing, whoever opens it and however often. The button stands only in the browser that
/// asked: a mail scanner that presses buttons is another.
pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let (app, store, request) = (&ctx.app, &ctx.store, &ctx.request);
    let link = MailLink::read(&app.keys, &token).ok_or_else(spent)?;
    // Going back to the mail, when its link has already signed this browser in.
    if let Some(led_to) = user.as_ref().and_then(|user| user.led_by(&link.flow)) {
        return Ok(see_other(led_to.as_str()));
    }
    let pending = pending(app, request, &link);
    let completed = completed(&ctx, user.as_ref(), &link, pending.as_ref()).await;
    if let Some(outcome) = completed.map_err(|failure| failure.trying_again_at(request.uri()))? {
        return Ok(outcome);
    }
    let checked = check(app, store, &link, pending.as_ref()).await;
    checked.map_err(|failure| failure.trying_again_at(request.uri()))?;
    Entry::new(&app.keys, Event::Opened).in_flow(&link.flow).by(&OUR_MAIL).write();
    if pending.is_none() {
        refuse_without_cookies(store, &link.flow).await?;
    }
    Ok(match pending {
        Some(pending) => pages.show(&OpenPage::new(&token, &link.requested, &pending)),
        None => pages.show(&elsewhere(app, &token, &link)),
    })
}

/// Uses the link, in the browser that asked: WorkOS's own is made only now, and used at once. In any
/// other, the digits let that one go on.
pub(super) async fn open(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    token: web::Path<String>,
    // The button of the browser that asked sends no field.
    form: Option<web::Form<Form>>,
) -> Result<HttpResponse, Failure> {
    let digits = form.map(|form| form.into_inner().digits).unwrap_or_default();
    let used = use_link(&ctx, &pages, user.as_ref(), &token, &digits).await;
    used.map_err(|failure| failure.trying_again_at(ctx.request.uri()))
}

async fn use_link(
    ctx: &Ctx,
    pages: &Pages,
    user: Option<&CurrentUser>,
    token: &str,
    digits: &str,
) -> Result<HttpResponse, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let link = MailLink::read(&app.keys, token).ok_or_else(spent)?;
    if let Some(led_to) = user.and_then(|user| user.led_by(&link.flow)) {
        return Ok(see_other(led_to.as_str()));
    }
    let pending = pending(app, &ctx.request, &link);
    if let Some(outcome) = completed(ctx, user, &link, pending.as_ref()).await? {
        return Ok(outcome);
    }
    let checked = check(app, store, &link, pending.as_ref()).await;
    // Pressed once more, while the browser that asked goes on, or when it has.
    if pending.is_none() && checked.is_err() && is_approved(app, store, &link).await? {
        return Ok(pages.show(&ApprovedPage {}));
    }
    checked?;
    if let Some(pending) = pending {
        return leave_for_workos(ctx, pages, link.requested, pending).await;
    }
    let typed = Typed {
        digits,
        flow: &link.flow,
        requested: &link.requested,
        until: link.expires_at.saturating_add(State::lifetime(app.link_lifetimes.workos)),
        page: elsewhere(app, token, &link),
    };
    let approval = Approval::of_mail_link(&link, app.clock.now());
    check_digits(app, pages, store, typed, &approval).await?;
    Ok(pages.show(&ApprovedPage {}))
}

/// Where its sign-in leads, if this browser's is being completed or was: the email is opened once more.
async fn completed(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    link: &MailLink,
    pending: Option<&PendingSignIn>,
) -> Result<Option<HttpResponse>, Failure> {
    match (pending, end_of(&ctx.store, &link.flow).await?) {
        (Some(pending), Some(End::Redeemed(_))) => wait_if_begun(ctx, user, pending).await,
        _ => Ok(None),
    }
}

/// Whether this link has let the browser that asked go on.
async fn is_approved(app: &App, store: &Store, link: &MailLink) -> Result<bool, Failure> {
    let of_link = (&link.flow, link.secret_hash());
    Ok(store.get(&link.flow.name_of_approval()).await?.is_some()
        && check_mailed(app, store, (of_link.0, &of_link.1), None).await.is_ok())
}

/// A browser that didn't ask finds no button that could use the link up.
fn elsewhere(app: &App, token: &str, link: &MailLink) -> ApprovePage {
    ApprovePage::of_mail_link(token, link).asking_digits(app.approves_cross_device)
}

/// Has WorkOS make its link, and leaves for it.
pub(super) async fn leave_for_workos(
    ctx: &Ctx,
    pages: &Pages,
    requested: RequestContext,
    mut pending: PendingSignIn,
) -> Result<HttpResponse, Failure> {
    let (app, now) = (&ctx.app, ctx.app.clock.now());
    let state = pending.new_state(&app.keys, requested, app.link_lifetimes.workos, now)?;
    let cookie = pending.cookie(&app.keys, now)?;

    // A browser that goes away meanwhile stops this nowhere in between: what is claimed is used or
    // given back.
    let created = rt::spawn(create_session(app.clone(), ctx.store.clone(), pending, state)).await;
    let session = created.map_err(|_| Failure::internal("opening a link broke".to_owned()))??;
    let mut response = pages.show(&LeavingPage::new(session.link.expose_secret()));
    // Can't fail: the name is letters, digits and dashes, the value sealed.
    let _ = response.add_cookie(&cookie);
    Ok(response)
}

/// The link's sign-in, if this is the browser that asked.
fn pending(app: &App, request: &HttpRequest, link: &MailLink) -> Option<PendingSignIn> {
    PendingSignIn::of_flow(request, &app.keys, &link.flow, app.clock.now())
}

/// Refuses what no email of ours to this address holds. Whoever has the cookie keys can seal a link of
/// their own, and a pending sign-in for any address, but not those whose hashes are stored; and nothing
/// is stored where no email is sent.
pub(super) async fn check_mailed(
    app: &App,
    store: &Store,
    (flow, secret_hash): (&SignInId, &str),
    pending: Option<&PendingSignIn>,
) -> Result<(), Failure> {
    let stored = store.get(&flow.name_of_mail_link()).await?.unwrap_or_default();
    let email = pending.map(|pending| &pending.email);
    let is_mailed = app.mailer.is_some() && is_mailed(&stored, secret_hash, flow, email);
    if is_mailed { Ok(()) } else { Err(spent()) }
}

/// Whether the link still works: an email holds it, it has not expired, and its sign-in goes on.
async fn check(
    app: &App,
    store: &Store,
    link: &MailLink,
    pending: Option<&PendingSignIn>,
) -> Result<(), Failure> {
    let is_over = app.clock.now() >= link.expires_at || end_of(store, &link.flow).await?.is_some();
    let of_link = (&link.flow, link.secret_hash());
    let mailed = check_mailed(app, store, (of_link.0, &of_link.1), pending).await;
    let refused = if is_over {
        spent()
    } else if let Err(refused) = mailed {
        refused
    } else if store.claimed(&link.flow.claim_of_press()).await?.is_some() {
        // Who didn't press need not know of it.
        pending.map_or_else(spent, |_| pressed())
    } else {
        return Ok(());
    };
    Err(match pending {
        Some(pending) => refused.offering(pending),
        None => refused,
    })
}

/// Of fifty presses at once, one goes on. The link isn't used up by that: it is when somebody is
/// signed in by it. So neither a failure of WorkOS's, nor one of ours at any point, burns a mail.
async fn create_session(
    app: web::Data<App>,
    store: web::Data<Store>,
    pending: PendingSignIn,
    state: String,
) -> Result<PasswordlessSession, Failure> {
    let press = pending.id.claim_of_press();
    let lapses_at = app.clock.now().saturating_add(PRESS);
    if !store.claim(&press, String::new(), lapses_at).await? {
        return Err(pressed().offering(&pending));
    }
    let session = CreatePasswordlessSession {
        email: pending.email.as_str(),
        redirect_uri: &app.site.redirect_uri,
        state: &state,
        expires_in: app.link_lifetimes.workos,
    };
    match app.workos.create_passwordless_session(session).await {
        Ok(session) => Ok(session),
        Err(error) => {
            // Otherwise it lapses by itself.
            let _ = store.release(&press).await;
            Err(match error.refuses_only("email") {
                true => Failure::refusal(ErrorKind::NotAllowed, "WorkOS signs in no such address"),
                false => error.into(),
            })
        }
    }
}

fn pressed() -> Failure {
    Failure::refusal(ErrorKind::MailLinkInUse, "the button of the mail's link was pressed just now")
}
