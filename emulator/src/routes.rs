//! All routes of the server.

use actix_web::guard::{Any, Get, Head};
use actix_web::{Resource, Route, web};

use crate::{
    admin, authenticate, authorize, connection_list, connections, errors, hosted_errors,
    identity_page, idp, inbox, magic_auth, memberships, pages, passwordless, sso_connections,
    token,
};

pub(crate) fn configure(app: &mut web::ServiceConfig) {
    app
        // The endpoints of WorkOS.
        .service(at("/passwordless/sessions").route(web::post().to(passwordless::create)))
        .service(at("/passwordless/sessions/{id}/send").route(web::post().to(passwordless::send)))
        .service(at("/passwordless/{token}/confirm").route(get_or_head().to(passwordless::confirm)))
        .service(at("/sso/authorize").route(web::get().to(authorize::authorize)))
        .service(at("/sso/token").route(web::post().to(token::exchange)))
        .service(at("/sso/profile").route(web::get().to(token::profile)))
        .service(at("/user_management/magic_auth").route(web::post().to(magic_auth::create)))
        .service(
            at("/user_management/authenticate").route(web::post().to(authenticate::authenticate)),
        )
        .service(at("/connections").route(web::get().to(connection_list::list)))
        .service(
            at("/connections/{id}")
                .route(web::get().to(connections::get))
                .route(web::delete().to(connections::delete)),
        )
        // The emulator's own pages.
        .service(web::redirect("/", "/inbox"))
        .service(at("/inbox").route(get_or_head().to(inbox::list)))
        .service(at("/inbox/empty").route(web::post().to(inbox::empty)))
        .service(at("/inbox/assets/{name}").route(get_or_head().to(pages::asset)))
        .service(at("/inbox/{id}").route(get_or_head().to(inbox::read)))
        .service(at("/inbox/{id}/html").route(get_or_head().to(inbox::html_part)))
        .service(at("/inbox/{id}/scan").route(web::post().to(inbox::scan_mail)))
        .service(
            at("/_emulate/identity")
                .route(get_or_head().to(identity_page::show))
                .route(web::post().to(identity_page::submit)),
        )
        .service(
            at("/_emulate/idp")
                .route(get_or_head().to(idp::list))
                .route(web::post().to(idp::start)),
        )
        .service(at("/_emulate/error/sso/{name}").route(get_or_head().to(hosted_errors::show)))
        // The emulator's endpoints for tests.
        .service(at("/health").route(get_or_head().to(admin::health)))
        .service(
            at("/_emulate/hooks")
                .route(web::post().to(admin::add_hook))
                .route(web::get().to(admin::list_hooks)),
        )
        .service(at("/_emulate/hooks/{id}").route(web::delete().to(admin::remove_hook)))
        .service(
            at("/_emulate/requests")
                .route(web::get().to(admin::list_requests))
                .route(web::delete().to(admin::clear_requests)),
        )
        .service(
            at("/_emulate/inbox")
                .route(web::get().to(admin::list_mails))
                .route(web::delete().to(admin::clear_mails)),
        )
        .service(at("/_emulate/inbox/{id}/raw").route(web::get().to(admin::raw_mail)))
        .service(at("/_emulate/inbox/{id}/scan").route(web::post().to(admin::scan_mail)))
        .service(
            at("/_emulate/smtp")
                .route(web::get().to(admin::list_smtp))
                .route(web::delete().to(admin::clear_smtp)),
        )
        .service(at("/_emulate/connections").route(web::post().to(sso_connections::add)))
        .service(at("/_emulate/memberships").route(web::post().to(memberships::add)))
        .service(at("/_emulate/clock").route(web::post().to(admin::advance_clock)))
        .service(at("/_emulate/reset").route(web::post().to(admin::reset)))
        .default_service(web::to(errors::not_implemented));
}

/// Creates a resource whose unsupported methods respond like an unknown endpoint.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(errors::not_implemented))
}

fn get_or_head() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}
