//! How a sign-in comes to its end, in the store.

use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{Code, Failure};
use crate::session::Store;
use crate::sign_in::{End, SignInId};

/// Ends a sign-in; gives whether it is this that ended it. Once more is no error, but too late is:
/// nobody may be told that nobody got in when somebody did.
pub(super) async fn end(
    app: &App,
    store: &Store,
    flow: &SignInId,
    until: i64,
) -> Result<bool, Failure> {
    if store.claim(&flow.claim_of_end(), End::ByMailbox.as_text(), until).await? {
        Entry::new(&app.keys, Event::Cancelled).in_flow(flow).write();
        return Ok(true);
    }
    match end_of(store, flow).await? {
        Some(End::ByMailbox) => Ok(false),
        _ => Err(Failure::refusal(Code::TooLateToEnd, "the sign-in had come to its end before")),
    }
}

/// How this sign-in came to its end, if it has.
pub(super) async fn end_of(store: &Store, flow: &SignInId) -> Result<Option<End>, Failure> {
    Ok(store.claimed(&flow.claim_of_end()).await?.map(|text| End::of_text(&text)))
}

/// The same for a link that was never made, was used, or has expired.
pub(super) fn spent() -> Failure {
    Failure::refusal(Code::MailLinkSpent, "the mail's link is unknown, used or has expired")
}
