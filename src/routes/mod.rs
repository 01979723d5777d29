//! All routes of the site on one page.

mod account;
mod account_sessions;
mod api_code;
mod api_login;
mod api_logout;
mod api_openapi;
mod api_session;
// for cross-device
mod approve;
mod assets;
mod callback;
// for own-mail
mod cancel;
mod code;
mod confirm;
mod confirmed;
mod finish;
mod health;
mod home;
mod login;
mod logout;
// for own-mail
mod open;
mod organization;
mod root_files;
mod sent;
// for sso
mod sso;
mod status;
mod switch;
mod well_known;

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Handler, Resource, Responder, web};

use account_sessions::{revoke_all, revoke_others};
use organization::choose;

use crate::app::App;
use crate::error;
use crate::same_origin;
use crate::session::{self, Store, current_user};

/// Registers the routes. Routes that need the current user are wrapped in the session middleware,
/// and fail with 503 while the store is unavailable. So do routes that read the store directly,
/// such as `/health/ready`.
pub(crate) fn configure(site: &mut web::ServiceConfig, app: &App, store: &Store) {
    let session = app.session_cookie.middleware(store.clone());
    let with_session = |resource: Resource| {
        let resource = resource.wrap(from_fn(current_user::admit)).wrap(session.clone());
        let resource = resource.wrap(from_fn(session::store_failures));
        resource.wrap(from_fn(error::panics))
    };
    site.service(with_session(page("/", home::show)))
        .service(with_session(form("/login", login::show, login::submit)))
        .service(with_session(page("/login/sent", sent::show)))
        .service(with_session(post("/login/code", code::sign_in)))
        .service(with_session(form("/login/organization", organization::show, choose)))
        .service(with_session(page("/login/status", status::show)))
        .service(with_session(redeem("/login/finish", finish::get)))
        .service(with_session(redeem("/callback", callback::get)))
        .service(with_session(form("/login/confirm", confirm::show, confirm::submit)))
        .service(with_session(page("/login/confirmed", confirmed::show)))
        .service(with_session(form("/login/switch", switch::show, switch::switch)))
        .service(with_session(page("/account", account::show)))
        .service(with_session(page("/account/sessions", account_sessions::show)))
        .service(with_session(post("/account/sessions/revoke-others", revoke_others)))
        .service(with_session(post("/account/sessions/revoke-all", revoke_all)))
        .service(with_session(post("/logout", logout::end)));
    api(site, with_session);
    // for sso
    site.service(with_session(redeem("/login/sso", sso::leave)));
    // for cross-device
    site.service(plain(form("/login/approve", approve::show, approve::approve)))
        .service(plain(post("/login/approve/cancel", approve::cancel)));
    // Paths are matched in this order. Of those with parameters, the most frequent is first.
    site.service(plain(page("/static/{name}", assets::show)));
    // for own-mail
    site.service(with_session(form("/login/open/{token}", open::show, open::open)))
        .service(plain(form("/login/cancel/{token}", cancel::show, cancel::cancel)));
    site.service(with_session(post("/account/sessions/{id}/revoke", account_sessions::revoke)));
    site.configure(requested_by_programs);
}

/// Registers the API for front ends. `api_openapi.rs` lists its operations as well.
fn api<S: HttpServiceFactory + 'static>(
    site: &mut web::ServiceConfig,
    with_session: impl Fn(Resource) -> S,
) {
    site.service(with_session(page("/api/session", api_session::show)))
        .service(with_session(post("/api/login", api_login::submit)))
        .service(with_session(post("/api/login/code", api_code::sign_in)))
        .service(with_session(page("/api/login/{id}", api_login::show)))
        .service(with_session(post("/api/logout", api_logout::end)))
        .service(plain(page("/api/openapi.json", api_openapi::show)));
}

/// Registers what browsers, crawlers, password managers and load balancers request by themselves.
fn requested_by_programs(site: &mut web::ServiceConfig) {
    site.service(plain(page("/health/live", health::live)))
        .service(plain(page("/health/ready", health::ready)))
        .service(plain(page("/favicon.ico", root_files::show)))
        .service(plain(page("/apple-touch-icon.png", root_files::show)))
        .service(plain(page("/robots.txt", root_files::show)))
        .service(plain(page("/site.webmanifest", root_files::manifest)))
        .service(plain(page("/.well-known/security.txt", well_known::security)))
        .service(plain(page("/.well-known/change-password", well_known::change_password)));
}

/// A resource without the current user.
fn plain(resource: Resource) -> impl HttpServiceFactory {
    resource.wrap(from_fn(error::panics))
}

/// A resource that responds to GET and HEAD.
fn page<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::get().to(handler.clone())).route(web::head().to(handler))
}

/// A resource whose GET redeems a code or an approval. Prefetches are rejected.
fn redeem<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let visit = web::get().to(handler).wrap(from_fn(same_origin::refuse_prefetch));
    web::resource(path).route(visit)
}

/// A page with a form that is posted to the same path.
fn form<F, A, G, B>(path: &str, show: F, act: G) -> Resource
where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
    G: Handler<B>,
    B: FromRequest + 'static,
    G::Output: Responder + 'static,
{
    page(path, show).route(web::post().to(act))
}

/// A resource that responds only to POST.
fn post<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path).route(web::post().to(handler))
}
