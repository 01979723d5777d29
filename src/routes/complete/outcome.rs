//! What a sign-in came to. It waits in the store for a minute, for a browser whose response was lost.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::rt::time::sleep;
use serde::{Deserialize, Serialize};

use super::{PATIENCE, switch};
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::routes::ctx::Ctx;
use crate::routes::end::end_of;
use crate::routes::see_other;
use crate::sealed::Sealed;
use crate::session::{self, Store};
use crate::sign_in::{Arrival, End, Flow, KnownBrowser, PendingSignIn};

/// How long it waits in the store, in seconds.
const LIFETIME: i64 = 60;
/// How often a request that waits looks for it.
const EVERY: Duration = Duration::from_millis(100);

/// What a sign-in came to.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::routes) enum Outcome {
    /// A session has begun: its reference, and the address if an email proved it.
    SignedIn(String, Option<EmailAddress>),
    /// Another user is signed in here and is asked first: the reference of what waits for the answer.
    AsksToSwitch(String),
    /// They agreed, at this time in seconds since 1970.
    Switching(i64),
    Failed(Code),
}

#[derive(Serialize, Deserialize)]
struct Kept {
    outcome: Outcome,
    /// In seconds since 1970.
    expires_at: i64,
}

impl Sealed for Kept {
    const PURPOSE: &'static str = "outcome 1";
}

impl Outcome {
    /// Keeps it, in place of an earlier one.
    pub(in crate::routes) async fn keep(
        &self,
        app: &App,
        store: &Store,
        flow: &Flow,
    ) -> Result<(), Failure> {
        let expires_at = app.clock.now().saturating_add(match self {
            Self::AsksToSwitch(_) => switch::LIFETIME,
            _ => LIFETIME,
        });
        let kept = Kept { outcome: self.clone(), expires_at };
        let sealed = app.keys.seal(flow.as_str(), &kept)?;
        Ok(store.keep(&flow.name_of_outcome(), sealed, expires_at).await?)
    }

    async fn kept(app: &App, store: &Store, flow: &Flow) -> Result<Option<Self>, Failure> {
        let sealed = store.kept(&flow.name_of_outcome()).await?;
        let kept: Option<Kept> = sealed.and_then(|sealed| app.keys.open(flow.as_str(), &sealed));
        let kept = kept.filter(|kept| app.clock.now() < kept.expires_at);
        Ok(kept.map(|kept| kept.outcome))
    }

    /// Leads the browser on that asked for this sign-in.
    pub(super) fn respond(
        self,
        app: &App,
        flow: &Flow,
        pending: &PendingSignIn,
    ) -> Result<HttpResponse, Failure> {
        match self {
            Self::SignedIn(reference, proved) => {
                let mut response = see_other(pending.return_to.as_str());
                let cookie = session::cookie(&reference, &app.keys, app.lifetimes);
                let cookie =
                    cookie.and_then(|it| HeaderValue::try_from(it.encoded().to_string()).ok());
                let cookie =
                    cookie.ok_or_else(|| Failure::internal("no session cookie".to_owned()))?;
                response.headers_mut().append(SET_COOKIE, cookie);
                // Can't fail: the names are letters, digits and dashes, the values empty or sealed.
                let _ = response.add_cookie(&flow.removal_cookie());
                let _ = response.add_cookie(&Arrival::removal_cookie());
                if let Some(email) = proved {
                    let known = KnownBrowser::cookie(&email, &app.keys, app.clock.now())?;
                    let _ = response.add_cookie(&known);
                }
                Ok(response)
            }
            Self::AsksToSwitch(reference) => {
                let mut response = see_other("/login/switch");
                // Can't fail: the name is letters and dashes, the value sealed.
                let _ = response.add_cookie(&switch::cookie(&reference, &app.keys)?);
                Ok(response)
            }
            Self::Switching(_) => Err(Failure::going_through(flow)),
            Self::Failed(code) => {
                let failure =
                    Failure::refusal(code, "as told to an earlier request of this sign-in");
                Err(failure.ending(flow).offering(pending))
            }
        }
    }
}

/// How a sign-in stands that was claimed.
enum Standing {
    /// It goes on in another request's task.
    UnderWay,
    /// Its outcome waits.
    Waits(Outcome),
    /// Another request has its session.
    Taken,
    /// Nothing more comes of it: it was long ago, the session has ended, or the program was killed.
    Over,
}

async fn standing(app: &App, store: &Store, flow: &Flow) -> Result<Option<Standing>, Failure> {
    let Some(End::Redeemed(since)) = end_of(store, flow).await? else { return Ok(None) };
    let under_way = |since| match End::Redeemed(since).is_going_through(app.clock.now()) {
        true => Standing::UnderWay,
        false => Standing::Over,
    };
    Ok(Some(match Outcome::kept(app, store, flow).await? {
        None => under_way(since),
        Some(Outcome::Switching(since)) => under_way(since),
        Some(Outcome::SignedIn(reference, proved)) => {
            if !store.is_alive(&reference).await? {
                Standing::Over
            } else if store.claimed(&flow.claim_of_outcome()).await?.is_some() {
                Standing::Taken
            } else {
                Standing::Waits(Outcome::SignedIn(reference, proved))
            }
        }
        Some(outcome) => Standing::Waits(outcome),
    }))
}

/// How a page that waits is told of a sign-in that was claimed; `None` if it wasn't.
pub(in crate::routes) enum Progress {
    UnderWay,
    Waits,
    Over,
}

pub(in crate::routes) async fn progress(
    app: &App,
    store: &Store,
    flow: &Flow,
) -> Result<Option<Progress>, Failure> {
    Ok(standing(app, store, flow).await?.map(|standing| match standing {
        Standing::UnderWay | Standing::Taken => Progress::UnderWay,
        Standing::Waits(_) => Progress::Waits,
        Standing::Over => Progress::Over,
    }))
}

/// Waits for the outcome of a sign-in that another request of this browser has claimed, and hands it
/// out; a session's reference once. `None` if it was not claimed, or nothing more comes of it.
pub(in crate::routes) async fn wait_if_begun(
    ctx: &Ctx,
    flow: &Flow,
    pending: &PendingSignIn,
) -> Result<Option<HttpResponse>, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let begun = Instant::now();
    loop {
        let Some(standing) = standing(app, store, flow).await? else { return Ok(None) };
        match standing {
            Standing::UnderWay if begun.elapsed() < PATIENCE => sleep(EVERY).await,
            Standing::Over => return Ok(None),
            Standing::Waits(outcome) => {
                let is_ours = match &outcome {
                    Outcome::SignedIn(..) => {
                        let until = app.clock.now().saturating_add(LIFETIME);
                        store.claim(&flow.claim_of_outcome(), String::new(), until).await?
                    }
                    _ => true,
                };
                return match is_ours {
                    true => outcome.respond(app, flow, pending).map(Some),
                    false => Err(Failure::going_through(flow)),
                };
            }
            // The browser has the session by now, or will in a moment: the page goes on by itself.
            Standing::UnderWay | Standing::Taken => return Err(Failure::going_through(flow)),
        }
    }
}
