//! Sign-ins that start at the identity provider, such as from a company's list of applications. No
//! app requested them, so they have no `state`.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use tera::context;

use crate::identity_page::page_url;
use crate::sso_errors::description_of;
use crate::sso_sign_in::{Parameters, SignIn};
use crate::state::Environment;
use crate::{pages, redirect};

/// `GET /_emulate/idp`
pub(crate) async fn list(environment: web::Data<Environment>) -> HttpResponse {
    page(&environment, &Parameters::parse(b""), None)
}

/// `POST /_emulate/idp`: the page's buttons.
pub(crate) async fn start(environment: web::Data<Environment>, body: web::Bytes) -> HttpResponse {
    let form = Parameters::parse(&body);
    let listed = &environment.options.redirect_uris;
    let requested = form.get("redirect_uri").or(listed.first().map(String::as_str));
    let Some(uri) = requested.filter(|uri| redirect::is_allowed(uri, listed)) else {
        let problem = "Enter a redirect URI that the emulator allows.";
        return page(&environment, &form, Some(problem));
    };

    let mut store = environment.store();
    let chosen = form.get("connection").and_then(|id| store.connection(id));
    let Some(connection) = chosen.filter(|one| !one.is_magic_link()).cloned() else {
        drop(store);
        return page(&environment, &form, Some("Choose a connection."));
    };
    let sign_in = SignIn::at_provider(connection, uri.to_owned());
    if form.get("action") == Some("disabled") {
        let error = "idp_initiated_sso_disabled";
        return sign_in.redirect.with_error(error, description_of(error));
    }
    let id = store.add_sign_in(sign_in);
    HttpResponse::SeeOther().insert_header((LOCATION, page_url(&environment, &id))).finish()
}

fn page(environment: &Environment, form: &Parameters, problem: Option<&str>) -> HttpResponse {
    let default_uri = environment.options.redirect_uris.first().map(String::as_str);
    let store = environment.store();
    let context = context! {
        connections => &store.sso_connections().collect::<Vec<_>>(),
        chosen => &form.get("connection"),
        redirect_uri => &form.get("redirect_uri").or(default_uri).unwrap_or_default(),
        problem => &problem,
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    pages::identity_page(environment, status, "idp.html", &context)
}
