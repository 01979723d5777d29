//! The end of every sign-in that went well: a session begins.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};

use super::callback::person::Person;
use super::see_other;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::client_address;
use crate::email_address::EmailAddress;
use crate::error::Failure;
use crate::session::current_user::{CurrentUser, SignedIn};
use crate::session::device;
use crate::sign_in::{Flow, KnownBrowser, PendingSignIn};
use crate::workos::Profile;

/// Begins a session for this person, and leads to where they were going.
pub(super) fn session(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    (flow, pending): (&Flow, &PendingSignIn),
    (person, profile): (&Person, &Profile),
) -> Result<HttpResponse, Failure> {
    let address = client_address::of(request, &app.trusted_proxies);
    let signed_in = SignedIn {
        person: &person.name,
        email: &person.email,
        profile,
        flow,
        return_to: &pending.return_to,
        device: device::of(request),
        address: address.map_or_else(String::new, |address| address.to_string()),
    };
    let known = KnownBrowser::cookie(&person.email, &app.keys, app.clock.now())?;
    CurrentUser::begin_session(session, signed_in)?;
    let entry = Entry::new(&app.keys, Event::SignedIn).of(&person.email);
    entry.in_flow(flow).by(&pending.way).write_once_saved(request);
    let mut response = see_other(pending.return_to.as_str());
    // Can't fail: the names are letters, digits and dashes, the values empty or sealed.
    let _ = response.add_cookie(&flow.removal_cookie());
    if pending.way.sends_email() {
        let _ = response.add_cookie(&known);
    }
    Ok(response)
}

/// Whether somebody else is signed in where this sign-in is about to go through.
pub(super) fn is_somebody_else(user: &CurrentUser, pending: &PendingSignIn) -> bool {
    EmailAddress::parse(&user.profile.email).ok().as_ref() != Some(&pending.email)
}
