//! `/sso/authorize`: the stand-in is the identity provider too, and asks whom to be.

use actix_web::{HttpRequest, HttpResponse, web};
use tera::context;

use crate::sso_sign_in::{Parameters, SignIn};
use crate::state::Environment;
use crate::{email_address, pages};

/// `GET /sso/authorize`
pub(crate) async fn authorize(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let parameters = Parameters::parse(request.query_string().as_bytes());
    let sign_in = match SignIn::begin(&environment, &parameters) {
        Ok(sign_in) => sign_in,
        Err(refusal) => return refusal.answer(&environment),
    };
    match parameters.get("login_hint") {
        Some(email) if environment.options.auto_idp && email_address::is_valid(email) => {
            sign_in.finish(&environment, email, &parameters)
        }
        _ => ask_whom_to_be(&environment, &sign_in, &parameters, None),
    }
}

/// `POST /_emulate/identity`: the form of the page that asks. It repeats the parameters of the
/// request that led there, which are checked once more.
pub(crate) async fn choose_identity(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> HttpResponse {
    let parameters = Parameters::parse(&body);
    let sign_in = match SignIn::begin(&environment, &parameters) {
        Ok(sign_in) => sign_in,
        Err(refusal) => return refusal.answer(&environment),
    };
    if parameters.get("emulate_cancel").is_some() {
        let description = "User cancelled the authentication request";
        return sign_in.refuse("signin_consent_denied", description);
    }
    match parameters.get("emulate_email") {
        Some(email) if email_address::is_valid(email) => {
            sign_in.finish(&environment, email, &parameters)
        }
        _ => {
            let problem = "That is not an e-mail address.";
            ask_whom_to_be(&environment, &sign_in, &parameters, Some(problem))
        }
    }
}

fn ask_whom_to_be(
    environment: &Environment,
    sign_in: &SignIn,
    parameters: &Parameters,
    problem: Option<&str>,
) -> HttpResponse {
    let typed = |field| parameters.get(field).unwrap_or_default();
    let email = parameters.get("emulate_email").or(parameters.get("login_hint"));
    let mut repeated: Vec<_> =
        parameters.0.iter().filter(|(name, _)| !name.starts_with("emulate_")).collect();
    repeated.sort();
    let context = context! {
        connection => &sign_in.connection,
        redirect_uri => &sign_in.redirect_uri,
        repeated => &repeated,
        email => &email.unwrap_or_default(),
        first_name => typed("emulate_first_name"),
        last_name => typed("emulate_last_name"),
        problem => &problem,
    };
    pages::identity_page(environment, &context)
}
