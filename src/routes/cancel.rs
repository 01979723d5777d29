//! `/login/cancel/{token}`: "I didn't ask for this", in our own mail.

use actix_web::{HttpResponse, web};

use super::open::check_mailed;
use crate::app::App;
use crate::error::Failure;
use crate::pages::{CancelPage, Pages};
use crate::session::Store;
use crate::sign_in::end::{self, spent};
use crate::sign_in::{MailLink, State};

pub(super) async fn show(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let link = read(&app, &store, &token).await?;
    Ok(pages.show(&CancelPage::new(&token, &link.requested)))
}

/// Ends this one sign-in, before anyone is in, and slows down the network that asked for it: not
/// the address, and only once, because it may be a mail scanner that presses the button.
pub(super) async fn cancel(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let link = read(&app, &store, &token).await?;
    // For as long as the link, or what it has led to, could sign somebody in.
    let until = link.expires_at.saturating_add(State::lifetime(app.link_lifetimes.workos));
    if end::end(&app, &store, &link.flow, until).await? {
        app.rate_limits.unwanted(&store, link.network).await?;
    }
    Ok(pages.show(&CancelPage::done(&link.requested)))
}

async fn read(app: &App, store: &Store, token: &str) -> Result<MailLink, Failure> {
    let link = MailLink::read(&app.keys, token).filter(|link| app.clock.now() < link.expires_at);
    let link = link.ok_or_else(spent)?;
    check_mailed(app, store, (&link.flow, &link.secret_hash()), None).await?;
    Ok(link)
}
