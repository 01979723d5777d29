//! Error pages for a wrong client ID or redirect URI. The browser isn't redirected, because the
//! redirect URI may not belong to the app. WorkOS hosts these pages on a separate origin, under the
//! same paths.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::errors::not_implemented;
use crate::pages;
use crate::state::Environment;

/// An error page.
#[derive(Clone, Copy)]
pub(crate) struct HostedError {
    /// The last segment of its path.
    name: &'static str,
    heading: &'static str,
    advice: &'static str,
}

pub(crate) const CLIENT_ID_INVALID: HostedError = HostedError {
    name: "client-id-invalid",
    heading: "Invalid client ID",
    advice: "Your app's client ID must match the emulator's --client-id.",
};

pub(crate) const REDIRECT_URI_INVALID: HostedError = HostedError {
    name: "redirect-uri-invalid",
    heading: "Invalid redirect URI",
    advice: "The request has no redirect_uri, or one that isn't allowed. Start the emulator with \
             --redirect-uri for each URI of your app.",
};

impl HostedError {
    /// Redirects the browser to the page.
    pub(crate) fn response(self, environment: &Environment) -> HttpResponse {
        if environment.options.like_official_emulator {
            return HttpResponse::BadRequest()
                .json(json!({ "message": self.heading, "code": "invalid_request" }));
        }
        let page = environment.at_identity_provider(&format!("/_emulate/error/sso/{}", self.name));
        HttpResponse::Found().insert_header((LOCATION, page)).finish()
    }
}

/// `GET /_emulate/error/sso/{name}`
pub(crate) async fn show(
    environment: web::Data<Environment>,
    request: HttpRequest,
    name: web::Path<String>,
) -> HttpResponse {
    let pages = [CLIENT_ID_INVALID, REDIRECT_URI_INVALID];
    let Some(error) = pages.into_iter().find(|page| page.name == *name) else {
        return not_implemented(request).await;
    };
    pages::problem(&environment, StatusCode::BAD_REQUEST, error.heading, error.advice)
}
