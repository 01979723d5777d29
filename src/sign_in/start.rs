//! Starts a sign-in: checks admission and rate limits, chooses the method, and sends the email.

use actix_web::cookie::Cookie;

use super::ctx::Ctx;
use super::deliver::Delivery;
use super::email_code::LastOrganization;
use super::next::Next;
use super::rate_limit::SignInRequest;
use super::sso::CodeVerifier;
use super::{
    KnownBrowser, PendingSignIn, ReturnTo, SignInMethod, evict_oldest, is_on_shared_computer,
    remove_all,
};
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::client_ip;
use crate::clock::seconds;
use crate::email_address::EmailAddress;
use crate::error::Failure;
use crate::pages::language_until_closed;
use crate::session::{CurrentUser, held_form};

/// The submitted sign-in form.
pub(crate) struct Requested {
    pub(crate) email: EmailAddress,
    pub(crate) return_to: ReturnTo,
    /// Whether the browser is on a shared computer.
    pub(crate) is_shared: bool,
    // for own-mail
    /// The chosen delivery of a link: `smtp`, or any other value for the default.
    pub(crate) delivery: Option<String>,
}

impl Requested {
    /// A request with the default delivery.
    pub(crate) fn new(email: EmailAddress, return_to: ReturnTo, is_shared: bool) -> Self {
        Self {
            email,
            return_to,
            is_shared,
            // for own-mail
            delivery: None,
        }
    }
}

/// A sign-in that has started.
pub(crate) struct Started {
    pub(crate) pending: PendingSignIn,
    /// The redirect to the page that waits for the email, or to the identity provider.
    pub(crate) next: Next,
}

/// Starts a sign-in and sends its email. If the user is already signed in, they confirm by the same
/// method that it's them.
///
/// The response is the same for all addresses of an allowed domain. Sending continues even if the
/// connection closes.
pub(crate) async fn start(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    requested: Requested,
) -> Result<Started, Failure> {
    let (app, now) = (&ctx.app, ctx.app.clock.now());
    app.admission.may_request(&requested.email)?;
    let method = method_for(app, &requested.email, user)?;
    // for own-mail
    let method = app.own_mail.preferred(method, requested.delivery.as_deref());
    let Requested { email, return_to, is_shared, .. } = requested;
    let wait = app.rate_limits.count(&ctx.store, &rate_limited(ctx, &email, &method)).await?;

    let lifetime = method.lifetime(app);
    let mut pending = PendingSignIn::begin(email, method, lifetime, &app.keys, &app.clock)?;
    pending.return_to = return_to;
    pending.is_shared = is_shared || is_on_shared_computer(app, &ctx.request);
    pending.next_mail_at = wait.map(|wait| now.saturating_add(seconds(wait)));
    let entry = Entry::new(Event::Requested).pending(&app.keys, &pending);
    entry.by(&pending.method).write();
    let delivered = Delivery::new(ctx, pending.clone()).deliver().await;
    let pending = delivered.map_err(|failure| failure.for_audit(&pending))?;
    if let Some(user) = user {
        held_form::extend(ctx, user, pending.expires_at).await?;
    }

    let page = if pending.method.is_sso() { "/login/sso" } else { "/login/sent" };
    let next = Next::to(format!("{page}?flow={}", pending.id.as_str()));
    let next = match pending.is_shared {
        true => next.with(forget(ctx)),
        false => next.with(evict_oldest(&ctx.request, &app.keys, now)),
    };
    let next = next.with([pending.cookie(&app.keys, now)?]);
    Ok(Started { pending, next })
}

/// Returns cookies that remove from a shared computer what earlier sign-ins have left.
fn forget(ctx: &Ctx) -> impl Iterator<Item = Cookie<'static>> {
    let Ctx { app, request, .. } = ctx;
    let known = request.cookie(KnownBrowser::COOKIE).map(|_| KnownBrowser::removal_cookie());
    let organization =
        request.cookie(LastOrganization::COOKIE).map(|_| LastOrganization::removal_cookie());
    let language = language_until_closed(request, &app.keys);
    remove_all(request).into_iter().chain(known).chain(organization).chain(language)
}

/// Returns the method by which a user with this address signs in. If `user`, who is signed in, has it,
/// they confirm by it that it's them.
pub(crate) fn method_for(
    app: &App,
    email: &EmailAddress,
    user: Option<&CurrentUser>,
) -> Result<SignInMethod, Failure> {
    let user = user.filter(|user| user.has_email(email));
    let method = app.sign_in.method_of(user.map(CurrentUser::method));
    // for sso
    let method = match app.sign_in.sso.domains.get(email.domain()) {
        Some(_) => SignInMethod::Sso(CodeVerifier::new()?),
        None => method,
    };
    Ok(method)
}

/// Returns the properties of this request that rate limits depend on.
pub(crate) fn rate_limited<'a>(
    ctx: &Ctx,
    email: &'a EmailAddress,
    method: &'a SignInMethod,
) -> SignInRequest<'a> {
    let Ctx { app, request, .. } = ctx;
    let client = client_ip::from_request(request, &app.trusted_proxies);
    let is_known = KnownBrowser::has_verified(request, &app.keys, email, app.clock.now());
    SignInRequest { email, method, client, is_known }
}
