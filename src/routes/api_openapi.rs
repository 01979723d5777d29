//! `GET /api/openapi.json`: describes the API (OpenAPI 3.1). Each operation is described at its
//! handler.

use actix_web::HttpResponse;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Content, Header, Object, OpenApi, Ref, RefOr, Response, Type};
use utoipa::{Modify, OpenApi as _};

use super::{api_code, api_login, api_logout, api_session};
use crate::pages::ProblemDocument;
use crate::session;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sign-in API",
        version = "1",
        description = "For front ends of the same origin. Browsers send the cookies and the header \
            `Sec-Fetch-Site` or `Origin`, without which a POST is refused. Apps outside of a \
            browser can't use it.\n\nA request that isn't valid HTTP gets an empty response with \
            400, 408 or 431."
    ),
    paths(
        api_login::submit,
        api_login::show,
        api_code::sign_in,
        api_logout::end,
        api_session::show,
        show
    ),
    components(schemas(ProblemDocument)),
    modifiers(&SessionCookie, &Problems)
)]
struct Document;

/// Adds the session cookie, which is the API's only credential.
struct SessionCookie;

impl Modify for SessionCookie {
    fn modify(&self, document: &mut OpenApi) {
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(session::COOKIE)));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", cookie);
    }
}

/// The problems that each operation can respond with.
const OF_EVERY_OPERATION: [(&str, &str); 6] = [
    ("400", "The request is malformed: `bad_request`."),
    ("403", "The request comes from another site: `cross_site`."),
    ("413", "The request is too large: `too_large`."),
    ("421", "The request is for another host: `wrong_host`."),
    ("500", "The app has an internal error: `internal`."),
    ("503", "The app or a service that it needs is unavailable."),
];

/// Adds the problems of every operation, and describes all problems as problem documents.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut OpenApi) {
        let paths = document.paths.paths.values_mut();
        for operation in paths.flat_map(|path| [&mut path.get, &mut path.post]).flatten() {
            let responses = &mut operation.responses.responses;
            for (status, description) in OF_EVERY_OPERATION {
                let response = || Response::new(description).into();
                responses.entry(status.to_owned()).or_insert_with(response);
            }
            for (status, response) in responses {
                if let RefOr::T(response) = response
                    && status.as_str() >= "400"
                {
                    describe_problem(status, response);
                }
            }
            // It is the name of a Rust module.
            operation.tags = None;
        }
    }
}

fn describe_problem(status: &str, response: &mut Response) {
    let schema = Content::new(Some(Ref::from_schema_name("ProblemDocument")));
    response.content.insert(ProblemDocument::CONTENT_TYPE.to_owned(), schema.into());
    if ["429", "503"].contains(&status) {
        let mut seconds = Header::new(Object::with_type(Type::Integer));
        seconds.description = Some("When to try again, in seconds.".to_owned());
        response.headers.insert("Retry-After".to_owned(), seconds.into());
    }
}

/// Returns this document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "get_document",
    responses((status = 200, description = "The document.", body = Object))
)]
pub(super) async fn show() -> HttpResponse {
    HttpResponse::Ok().json(Document::openapi())
}
