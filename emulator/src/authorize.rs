//! `/sso/authorize`: checks the app's request and sends the browser to the identity provider.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::email_address;
use crate::identity::Identity;
use crate::identity_page::page_url;
use crate::sso_errors::ErrorOnDemand;
use crate::sso_sign_in::{Parameters, Refusal, SignIn, checked_redirect};
use crate::state::Environment;

/// `GET /sso/authorize`
pub(crate) async fn authorize(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let response = begin(&environment, &request);
    response.unwrap_or_else(|refusal| refusal.response(&environment))
}

fn begin(environment: &Environment, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
    let parameters = Parameters::parse(request.query_string().as_bytes());
    let redirect = checked_redirect(environment, &parameters)?;
    if let Some(on_demand) = ErrorOnDemand::of(request) {
        return Ok(redirect.with_error(&on_demand.error, &on_demand.description));
    }
    let sign_in = SignIn::begin(environment, &parameters, redirect)?;
    match parameters.get("login_hint") {
        Some(email) if environment.options.auto_idp && email_address::is_valid(email) => {
            Ok(sign_in.finish(environment, Identity::with_email(email)))
        }
        _ => {
            let id = environment.store().add_sign_in(sign_in);
            let page = page_url(environment, &id);
            Ok(HttpResponse::Found().insert_header((LOCATION, page)).finish())
        }
    }
}
