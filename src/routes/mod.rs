//! The whole site on one page, in the order in which a sign-in meets it.

mod account;
mod account_sessions;
mod api_session;
mod approve;
mod assets;
mod callback;
mod cancel;
mod finish;
mod health;
mod home;
mod login;
mod logout;
mod open;
mod sent;
mod sso;
mod status;
mod switch;

use actix_web::http::header::LOCATION;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, web};

use crate::app::App;
use crate::session::{self, Store};

/// More than the largest form of this site by far.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// The routes. Those that ask who is signed in stand behind the session; the others go on working
/// while the store is down.
pub(crate) fn configure(site: &mut web::ServiceConfig, app: &App, store: &Store) {
    let session = session::middleware(store.clone(), &app.keys, app.lifetimes);
    let with_session =
        |resource: Resource| resource.wrap(session.clone()).wrap(from_fn(session::store_failures));

    site.service(with_session(page("/", home::show)))
        .service(with_session(page("/login", login::show).route(web::post().to(login::ask))))
        .service(with_session(page("/login/sent", sent::show)))
        .service(web::resource("/login/sso").route(web::get().to(sso::leave)))
        .service(with_session(page("/login/status", status::show)))
        .service(with_session(web::resource("/login/finish").route(web::get().to(finish::finish))))
        .service(with_session(
            page("/login/open/{token}", open::show).route(web::post().to(open::open)),
        ))
        .service(page("/login/cancel/{token}", cancel::show).route(web::post().to(cancel::cancel)))
        .service(with_session(web::resource("/callback").route(web::get().to(callback::arrive))))
        .service(page("/login/approve", approve::show).route(web::post().to(approve::approve)))
        .service(post("/login/approve/cancel", approve::cancel))
        .service(with_session(
            page("/login/switch", switch::show).route(web::post().to(switch::switch)),
        ))
        .service(with_session(page("/account", account::show)))
        .service(with_session(page("/account/sessions", account_sessions::show)))
        .service(with_session(post("/account/sessions/{id}/revoke", account_sessions::revoke)))
        .service(with_session(post(
            "/account/sessions/revoke-others",
            account_sessions::revoke_others,
        )))
        .service(with_session(post("/account/sessions/revoke-all", account_sessions::revoke_all)))
        .service(with_session(page("/api/session", api_session::show)))
        .service(with_session(post("/logout", logout::end)))
        .service(page("/static/{name}", assets::show))
        .service(page("/health/live", health::live))
        .service(page("/health/ready", health::ready));
}

/// How much of a form is read before the answer is `too_large`.
pub(crate) fn form_limits() -> web::FormConfig {
    web::FormConfig::default().limit(MAX_FORM_BYTES)
}

/// A resource to be read, by GET or HEAD.
fn page<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::get().to(handler.clone())).route(web::head().to(handler))
}

/// A resource that only acts.
fn post<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::post().to(handler))
}

/// Leads the browser on, by GET.
fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}
