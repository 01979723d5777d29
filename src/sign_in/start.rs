//! Starts a sign-in: checks admission and rate limits, chooses the method, and sends the email.

use super::ctx::Ctx;
use super::deliver::Delivery;
use super::next::Next;
use super::rate_limit::SignInRequest;
use super::sso::CodeVerifier;
use super::{KnownBrowser, PendingSignIn, ReturnTo, SignInMethod, evict_oldest};
use crate::audit::{Entry, Event};
use crate::client_ip;
use crate::clock::seconds;
use crate::email_address::EmailAddress;
use crate::error::Failure;

/// The submitted sign-in form.
pub(crate) struct Requested {
    pub(crate) email: EmailAddress,
    pub(crate) return_to: ReturnTo,
    // for own-mail
    /// The chosen delivery of a link: `smtp`, or any other value for the default.
    pub(crate) delivery: Option<String>,
}

/// Starts a sign-in and sends its email.
///
/// The response is the same for all addresses of an allowed domain. Sending continues even if the
/// connection closes.
pub(crate) async fn start(ctx: &Ctx, requested: Requested) -> Result<Next, Failure> {
    let (app, now) = (&ctx.app, ctx.app.clock.now());
    app.admission.may_request(&requested.email)?;
    let method = app.sign_in.default_method();
    // for own-mail
    let method = app.own_mail.preferred(method, requested.delivery.as_deref());
    // for sso
    let method = match app.sign_in.sso_domains.get(requested.email.domain()) {
        Some(_) => SignInMethod::Sso(CodeVerifier::new()?),
        None => method,
    };
    let Requested { email, return_to, .. } = requested;
    let wait = app.rate_limits.count(&ctx.store, &rate_limited(ctx, &email, &method)).await?;

    let lifetime = method.lifetime(app);
    let mut pending = PendingSignIn::begin(email, method, lifetime, &app.keys, &app.clock)?;
    pending.return_to = return_to;
    pending.next_mail_at = wait.map(|wait| now.saturating_add(seconds(wait)));
    let entry = Entry::new(Event::Requested).pending(&app.keys, &pending);
    entry.by(&pending.method).write();
    let delivered = Delivery::new(ctx, pending.clone()).deliver().await;
    let pending = delivered.map_err(|failure| failure.for_audit(&pending))?;

    let page = if pending.method.is_sso() { "/login/sso" } else { "/login/sent" };
    let next = Next::to(format!("{page}?flow={}", pending.id.as_str()));
    let next = next.with(evict_oldest(&ctx.request, &app.keys, now));
    Ok(next.with([pending.cookie(&app.keys, now)?]))
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
