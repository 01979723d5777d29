//! `/login/cancel/{token}`: "I didn't ask for this", in our own mail.

use actix_web::{HttpResponse, web};

use super::open::spent;
use crate::app::App;
use crate::error::{Code, Failure};
use crate::pages::{CancelPage, Pages};
use crate::session::Store;
use crate::sign_in::{End, Flow, MailLink, State};

pub(super) async fn show(
    app: web::Data<App>,
    pages: Pages,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let link = read(&app, &token)?;
    Ok(pages.show(&CancelPage::new(&token, &link.asking)))
}

/// Ends this one sign-in, before anyone is in, and slows down the network that asked for it: not
/// the address, and only once, because it may be a mail scanner that presses the button.
pub(super) async fn cancel(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let link = read(&app, &token)?;
    // For as long as the link, or what it has led to, could sign somebody in.
    let until = link.expires_at.saturating_add(State::lifetime(app.link_lifetimes.workos));
    if end(&store, &link.flow, until).await? {
        app.rate_limits.unwanted(&store, link.network).await?;
    }
    Ok(pages.show(&CancelPage::done(&link.asking)))
}

/// Ends a sign-in; gives whether it is this that ended it. Once more is no error, but too late is:
/// nobody may be told that nobody got in when somebody did.
pub(super) async fn end(store: &Store, flow: &Flow, until: i64) -> Result<bool, Failure> {
    if store.claim(&flow.claim_of_end(), End::ByMailbox.as_text(), until).await? {
        return Ok(true);
    }
    match end_of(store, flow).await? {
        Some(End::ByMailbox) => Ok(false),
        _ => Err(Failure::refusal(Code::TooLateToEnd, "the sign-in had come to its end before")),
    }
}

/// How this sign-in came to its end, if it has.
pub(super) async fn end_of(store: &Store, flow: &Flow) -> Result<Option<End>, Failure> {
    Ok(store.claimed(&flow.claim_of_end()).await?.map(|text| End::of_text(&text)))
}

fn read(app: &App, token: &str) -> Result<MailLink, Failure> {
    let link = MailLink::read(&app.keys, token).filter(|link| app.clock.now() < link.expires_at);
    link.ok_or_else(spent)
}
