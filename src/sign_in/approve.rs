//! The digits that let the browser that asked go on.

use super::attempts::{self, MAX_ATTEMPTS};
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::pages::{ApprovePage, Pages};
use crate::session::Store;
use crate::sign_in::{Approval, Digits, End, RequestContext, SignInId};

/// What somebody typed who opened a link in a browser that didn't ask.
pub(crate) struct Typed<'a> {
    pub(crate) digits: &'a str,
    /// The sign-in that they are for, and how it was asked for.
    pub(crate) flow: &'a SignInId,
    pub(crate) requested: &'a RequestContext,
    /// When that sign-in is over in any case.
    pub(crate) until: i64,
    /// Where they were typed.
    pub(crate) page: ApprovePage,
}

/// Lets the browser that asked go on, if the digits are right. Wrong ones end the sign-in at the
/// third try; what can't be the digits at all costs no try.
///
/// Three tries at two digits: whoever guesses is right in three of a hundred sign-ins, and each
/// wrong one has to begin with a person who opens a mail that they didn't ask for.
pub(crate) async fn check_digits(
    app: &App,
    pages: &Pages,
    store: &Store,
    typed: Typed<'_>,
    approval: &Approval,
) -> Result<(), Failure> {
    let Typed { flow, until, page, .. } = typed;
    if !app.approves_cross_device {
        return Err(Failure::refusal(ErrorKind::NothingPending, "CROSS_DEVICE is deny"));
    }
    let wrong = |left| {
        let page = pages.html(&page.refusing(ErrorKind::WrongDigits, left));
        Failure::refusal(ErrorKind::WrongDigits, "wrong digits").shown_in(page)
    };
    let Some(digits) = Digits::parse(typed.digits) else { return Err(wrong(None)) };
    let kept = flow.name_of_approval();
    // Pressed twice, or loaded anew.
    if store.get(&kept).await?.is_some() {
        return Ok(());
    }
    let right = &typed.requested.digits;
    // Not the digits themselves: who reads the store must not learn the right ones.
    let alias = |digits: &Digits| app.keys.alias(&format!("{} {}", flow.as_str(), digits.as_str()));
    let number = attempts::reserve(store, flow, &alias(&digits), until).await?;
    match (number, right.are(&digits)) {
        (Some(number), false) if number < MAX_ATTEMPTS => {
            return Err(wrong(Some(MAX_ATTEMPTS - number)));
        }
        (Some(_), true) => {}
        // None is left. That ends the sign-in, unless the right ones were tried at this moment too.
        (_, is_right) => match attempts::include(store, flow, &alias(right)).await? {
            false => return Err(end(store, flow, until).await),
            true if !is_right => return Ok(()),
            true => {}
        },
    }
    let sealed = app.keys.seal(flow.as_str(), approval)?;
    let keeping = store.put(&kept, sealed, approval.expires_at).await;
    if let (Err(_), Some(number)) = (&keeping, number) {
        // It was no wrong one.
        attempts::refund(store, flow, number).await;
    }
    keeping?;
    Entry::new(&app.keys, Event::Approved).in_flow(flow).write();
    Ok(())
}

async fn end(store: &Store, flow: &SignInId, until: i64) -> Failure {
    match store.claim(&flow.claim_of_end(), End::WrongDigits.as_text(), until).await {
        Ok(_) => {
            Failure::refusal(ErrorKind::TooManyWrongDigits, "three tries at the digits were wrong")
        }
        Err(error) => error.into(),
    }
}
