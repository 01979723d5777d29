//! `GET /login/sso?flow=…`: leaves for the identity provider of an organization.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::without_sign_in;
use crate::error::{ErrorKind, Failure};
use crate::pages::{LeavingPage, Pages, see_other};
use crate::session::device;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::{PendingSignIn, SignInId, SignInMethod, TIME_FOR_SSO};
use crate::workos::Authorization;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    flow: String,
}

pub(super) async fn leave(
    ctx: Ctx,
    pages: Pages,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let Ctx { app, request, .. } = &ctx;
    let now = app.clock.now();
    let Some(flow) = SignInId::parse(&which.flow) else { return Ok(see_other("/login")) };
    let under_way = PendingSignIn::of_flow(request, &app.keys, &flow, now)
        .filter(|pending| pending.method.is_sso())
        .and_then(|pending| Some((app.admission.sso_of(pending.email.domain())?, pending)));
    let Some((selector, mut pending)) = under_way else {
        return without_sign_in(&ctx, &flow, ErrorKind::CookiesBlocked);
    };
    // The page may be loaded anew: each time it leaves with a verifier of its own (RFC 9700, 2.1.1).
    pending.method = SignInMethod::sso()?;
    let requested = pending.requested(device::of(request));
    let state = pending.new_state(&app.keys, requested, TIME_FOR_SSO, now)?;
    let url = app.workos.authorization_url(&Authorization {
        selector,
        redirect_uri: &app.site.redirect_uri,
        state: &state,
        login_hint: pending.email.as_str(),
        domain_hint: pending.email.domain(),
        code_verifier: pending.method.code_verifier().unwrap_or_default(),
    });
    let mut response = pages.show(&LeavingPage::new(url.as_str()));
    // Can't fail: the name is letters, digits and dashes, the value sealed.
    let _ = response.add_cookie(&pending.cookie(&app.keys, now)?);
    Ok(response)
}
