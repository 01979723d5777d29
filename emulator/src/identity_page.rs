//! The page of the emulated identity provider, on which the tester enters an identity. Like a real
//! provider, it has a different origin than WorkOS.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use tera::context;

use crate::identity::{Identity, Problems};
use crate::pages;
use crate::sso_errors::{DOCUMENTED, description_of};
use crate::sso_sign_in::{Parameters, SignIn};
use crate::state::Environment;

/// The input fields of the form.
const FIELDS: [&str; 8] = [
    "email",
    "first_name",
    "last_name",
    "role",
    "groups",
    "custom_attributes",
    "raw_attributes",
    "despite_domain",
];

/// Returns the URL of the page.
pub(crate) fn page_url(environment: &Environment, sign_in: &str) -> String {
    environment.at_identity_provider(&format!("/_emulate/identity?sign_in={sign_in}"))
}

/// `GET /_emulate/identity?sign_in=…`
pub(crate) async fn show(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let query = Parameters::parse(request.query_string().as_bytes());
    let id = query.get("sign_in").unwrap_or_default();
    let found = environment.store().sign_in(id);
    match found {
        Some(sign_in) => page(&environment, id, &sign_in, None),
        None => sign_in_ended(&environment),
    }
}

/// `POST /_emulate/identity`: the page's form. Its sign-in ID can't be guessed, so the form needs no
/// CSRF token.
pub(crate) async fn submit(environment: web::Data<Environment>, body: web::Bytes) -> HttpResponse {
    let form = Parameters::parse(&body);
    let id = form.get("sign_in").unwrap_or_default();
    let choice = Choice::from_form(&form);
    if let Err(problems) = choice {
        let found = environment.store().sign_in(id);
        return match found {
            Some(sign_in) => page(&environment, id, &sign_in, Some((&form, problems))),
            None => sign_in_ended(&environment),
        };
    }
    let taken = environment.store().take_sign_in(id);
    match (taken, choice) {
        (Some(sign_in), Ok(Choice::SignIn(identity))) => sign_in.finish(&environment, *identity),
        (Some(sign_in), Ok(Choice::Error(error))) => {
            sign_in.redirect.with_error(&error, description_of(&error))
        }
        _ => sign_in_ended(&environment),
    }
}

/// The button that was pressed.
enum Choice {
    SignIn(Box<Identity>),
    Error(String),
}

impl Choice {
    fn from_form(form: &Parameters) -> Result<Self, Problems> {
        match form.get("action") {
            Some("cancel") => Ok(Self::Error("signin_consent_denied".to_owned())),
            Some("error") => match form.get("error") {
                Some(error) => Ok(Self::Error(error.to_owned())),
                None => Err(Problems::from([("error", "Choose an error.")])),
            },
            _ => Identity::from_form(form).map(|identity| Self::SignIn(Box::new(identity))),
        }
    }
}

/// Renders the page, with the submitted values and their problems, if any.
fn page(
    environment: &Environment,
    id: &str,
    sign_in: &SignIn,
    submitted: Option<(&Parameters, Problems)>,
) -> HttpResponse {
    let (form, problems) = match &submitted {
        Some((form, problems)) => (Some(*form), Some(problems)),
        None => (None, None),
    };
    let status = match form {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let field = |name: &'static str| {
        let value = match form {
            Some(form) => form.get(name),
            None => sign_in.login_hint.as_deref().filter(|_| name == "email"),
        };
        let problem = problems.and_then(|problems| problems.get(name).copied());
        (name, (value.unwrap_or_default(), problem))
    };
    let fields: BTreeMap<_, _> = FIELDS.into_iter().map(field).collect();
    let context = context! {
        sign_in => id,
        connection => &sign_in.connection,
        redirect_uri => &sign_in.redirect.uri,
        fields => &fields,
        has_problems => &problems.is_some(),
        errors => &DOCUMENTED.map(|(error, _)| error),
    };
    pages::identity_page(environment, status, "identity.html", &context)
}

fn sign_in_ended(environment: &Environment) -> HttpResponse {
    pages::problem(
        environment,
        StatusCode::NOT_FOUND,
        "Sign-in ended",
        "It was completed, or expired after ten minutes. Start a new one in your app.",
    )
}
