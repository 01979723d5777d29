//! `/sso/authorize`: checks an app's request, and sends the browser to the identity provider.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::email_address;
use crate::identity::Identity;
use crate::identity_page::address_of;
use crate::sso_errors::ErrorOnDemand;
use crate::sso_sign_in::{Parameters, Refusal, SignIn, way_back};
use crate::state::Environment;

/// `GET /sso/authorize`
pub(crate) async fn authorize(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let answer = begin(&environment, &request);
    answer.unwrap_or_else(|refusal| refusal.answer(&environment))
}

fn begin(environment: &Environment, request: &HttpRequest) -> Result<HttpResponse, Refusal> {
    let parameters = Parameters::parse(request.query_string().as_bytes());
    let back = way_back(environment, &parameters)?;
    if let Some(asked_for) = ErrorOnDemand::of(request) {
        return Ok(back.refused(&asked_for.error, &asked_for.description));
    }
    let sign_in = SignIn::begin(environment, &parameters, back)?;
    match parameters.get("login_hint") {
        Some(email) if environment.options.auto_idp && email_address::is_valid(email) => {
            Ok(sign_in.finish(environment, Identity::named(email)))
        }
        _ => {
            let id = environment.store().keep_sign_in(sign_in);
            let page = address_of(environment, &id);
            Ok(HttpResponse::Found().insert_header((LOCATION, page)).finish())
        }
    }
}
