//! The identity provider's page: the stand-in plays it too, and asks whom to be. Like a real one,
//! it is another origin than WorkOS.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use tera::context;

use crate::identity::{Identity, Problems};
use crate::pages;
use crate::sso_errors::{DOCUMENTED, description_of};
use crate::sso_sign_in::{Parameters, SignIn};
use crate::state::Environment;

/// What one types, in the form's words.
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

/// Where the browser goes to say whom to be.
pub(crate) fn address_of(environment: &Environment, sign_in: &str) -> String {
    environment.at_identity_provider(&format!("/_emulate/identity?sign_in={sign_in}"))
}

/// `GET /_emulate/identity?sign_in=…`
pub(crate) async fn ask(environment: web::Data<Environment>, request: HttpRequest) -> HttpResponse {
    let query = Parameters::parse(request.query_string().as_bytes());
    let id = query.get("sign_in").unwrap_or_default();
    let found = environment.store().sign_in(id);
    match found {
        Some(sign_in) => page(&environment, id, &sign_in, None),
        None => over(&environment),
    }
}

/// `POST /_emulate/identity`: the form of that page. Only who was sent there knows the id in it.
pub(crate) async fn answer(environment: web::Data<Environment>, body: web::Bytes) -> HttpResponse {
    let form = Parameters::parse(&body);
    let id = form.get("sign_in").unwrap_or_default();
    let choice = Choice::of_form(&form);
    if let Err(problems) = choice {
        let found = environment.store().sign_in(id);
        return match found {
            Some(sign_in) => page(&environment, id, &sign_in, Some((&form, problems))),
            None => over(&environment),
        };
    }
    let taken = environment.store().take_sign_in(id);
    match (taken, choice) {
        (Some(sign_in), Ok(Choice::Person(person))) => sign_in.finish(&environment, *person),
        (Some(sign_in), Ok(Choice::Error(error))) => {
            sign_in.back.refused(&error, description_of(&error))
        }
        _ => over(&environment),
    }
}

/// What the pressed button says.
enum Choice {
    Person(Box<Identity>),
    Error(String),
}

impl Choice {
    fn of_form(form: &Parameters) -> Result<Self, Problems> {
        match form.get("action") {
            Some("cancel") => Ok(Self::Error("signin_consent_denied".to_owned())),
            Some("error") => match form.get("error") {
                Some(error) => Ok(Self::Error(error.to_owned())),
                None => Err(Problems::from([("error", "Choose an error.")])),
            },
            _ => Identity::of_form(form).map(|person| Self::Person(Box::new(person))),
        }
    }
}

/// The page, with what was typed so far and what is wrong with it.
fn page(
    environment: &Environment,
    id: &str,
    sign_in: &SignIn,
    typed: Option<(&Parameters, Problems)>,
) -> HttpResponse {
    let (form, problems) = match &typed {
        Some((form, problems)) => (Some(*form), Some(problems)),
        None => (None, None),
    };
    let status = match form {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let of_field = |name: &'static str| {
        let value = match form {
            Some(form) => form.get(name),
            None => sign_in.login_hint.as_deref().filter(|_| name == "email"),
        };
        let problem = problems.and_then(|problems| problems.get(name).copied());
        (name, (value.unwrap_or_default(), problem))
    };
    let fields: BTreeMap<_, _> = FIELDS.into_iter().map(of_field).collect();
    let context = context! {
        sign_in => id,
        connection => &sign_in.connection,
        redirect_uri => &sign_in.back.uri,
        fields => &fields,
        has_problems => &problems.is_some(),
        errors => &DOCUMENTED.map(|(error, _)| error),
    };
    pages::identity_page(environment, status, "identity.html", &context)
}

fn over(environment: &Environment) -> HttpResponse {
    pages::problem(
        environment,
        StatusCode::NOT_FOUND,
        "Sign-in ended",
        "It is complete or more than ten minutes old. Start a new one in your app.",
    )
}
