//! A user who has signed in recently, as an extractor parameter.

use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::{FromRequest, HttpRequest};
use futures_util::stream;

use super::CurrentUser;
use super::held_form::HeldForm;
use crate::clock::seconds;
use crate::error::{ErrorKind, Failure};
use crate::pages::wants_json;
use crate::sign_in::ReturnTo;
use crate::sign_in::ctx::Ctx;

/// A user who signed in within `RECENT_SIGN_IN`, or within `SECONDS` if that isn't 0. A handler
/// with this parameter is a page or an action that a session alone isn't enough for (OWASP ASVS
/// 7.5).
///
/// Everyone else first confirms at `/login/confirm` that it's them, and then continues. The fields
/// of a POST are kept for them. An API client gets 403 with the code `recent_sign_in_required`.
///
/// It must come before the parameter that reads the body, such as `web::Form`.
pub struct RecentUser<const SECONDS: u32 = 0>(pub CurrentUser);

impl<const SECONDS: u32> FromRequest for RecentUser<SECONDS> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = CurrentUser::from_request(request, payload).into_inner();
        let ctx = Ctx::from_request(request, payload).into_inner();
        let checked = user.and_then(|user| Ok((user, ctx?)));
        let (user, ctx) = match checked {
            Ok(checked) => checked,
            Err(failure) => return Box::pin(async { Err(failure) }),
        };
        if is_body_taken(request, payload) {
            let why = "RecentUser must be before the parameter that reads the body";
            return Box::pin(async { Err(Failure::internal(why.to_owned())) });
        }
        let within = match SECONDS {
            0 => ctx.app.recent_sign_in,
            own => Duration::from_secs(own.into()),
        };
        let ends_at = user.authenticated_at().saturating_add(seconds(within));
        if ctx.app.clock.now() < ends_at {
            return Box::pin(async { Ok(Self(user)) });
        }
        // Parameters after this one wait, so that this failure is the response.
        let reading = Rc::new(());
        let body = std::mem::replace(payload, unreadable_after(&reading));
        Box::pin(async move {
            let failure = confirm_first(&ctx, &user, body).await;
            drop(reading);
            Err(failure?)
        })
    }
}

/// Returns a body that can't be read, which fails only once `reading` is dropped.
fn unreadable_after(reading: &Rc<()>) -> Payload {
    let reading = Rc::downgrade(reading);
    // Nothing needs to be woken: all parameters are polled together.
    let body = stream::poll_fn(move |_| match reading.strong_count() {
        0 => Poll::Ready(Some(Err(PayloadError::Incomplete(None)))),
        _ => Poll::Pending,
    });
    Payload::Stream { payload: Box::pin(body) }
}

/// Returns whether another parameter has taken the body.
fn is_body_taken(request: &HttpRequest, payload: &Payload) -> bool {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    matches!(payload, Payload::None) && (length || headers.contains_key(TRANSFER_ENCODING))
}

/// Returns the failure whose page leads to the confirmation, and then back. Keeps the fields of a
/// form.
async fn confirm_first(ctx: &Ctx, user: &CurrentUser, body: Payload) -> Result<Failure, Failure> {
    let request = &ctx.request;
    let why = "the sign-in isn't recent enough";
    let failure = Failure::new(ErrorKind::RecentSignInRequired, why);
    if wants_json(request) {
        return Ok(failure);
    }
    let back = match *request.method() {
        Method::GET | Method::HEAD => {
            request.uri().path_and_query().map(|path| ReturnTo::parse(path.as_str()))
        }
        Method::POST => HeldForm::hold(ctx, user, body).await?,
        _ => None,
    };
    Ok(match back {
        Some(back) => failure.with_retry_url(&back.confirm_url()),
        None => failure,
    })
}
