//! Renders every error response as a page or a problem document.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, ContentType};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use web_guards::{Rejection, replace_errors};
use web_observability::RequestId;

use crate::app::App;
use crate::audit;
use crate::error::{ErrorKind, Failure, Offer};
use crate::pages::{ErrorPage, Pages, see_other};
use crate::sign_in::ReturnTo;

/// The `Retry-After` of temporary failures whose duration isn't known, in seconds.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Replaces every error response with a page or a problem document. This middleware must wrap
/// everything that can fail.
pub(crate) async fn render(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    replace_errors(request, next, |request, response| {
        let error = response.error();
        let rejection = error.and_then(Error::as_error::<Rejection>);
        // Use only the status of other errors, because their text could expose internals.
        let kind = ErrorKind::from_status(response.status());
        let of_others = rejection.map_or_else(
            || Failure::new(kind, "rejected by the framework"),
            |rejection| Failure::from(*rejection),
        );
        let failure = error.and_then(Error::as_error::<Failure>).unwrap_or(&of_others);
        if !failure.is_reported {
            failure.log();
            audit::write_refusal(&app.keys, request, failure);
        }
        respond(&app, request, failure)
    })
    .await
}

fn respond(app: &web::Data<App>, request: &HttpRequest, failure: &Failure) -> HttpResponse {
    let pages = Pages::new(app, request);
    let mut response =
        if wants_json(request) { problem(&pages, failure) } else { page(&pages, request, failure) };
    if let Some(wait) = wait(failure) {
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    response
}

/// Returns how long to wait before trying again, in seconds, if the failure is temporary.
fn wait(failure: &Failure) -> Option<u64> {
    match failure.kind.status() {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            Some(failure.retry_after.map_or(RETRY_AFTER_SECONDS, |wait| wait.as_secs().max(1)))
        }
        _ => None,
    }
}

fn page(pages: &Pages, request: &HttpRequest, failure: &Failure) -> HttpResponse {
    let kind = failure.kind;
    if kind == ErrorKind::NotSignedIn {
        return to_login(request);
    }
    if let (ErrorKind::RecentSignInRequired, Some(Offer::TryAgain { at })) =
        (kind, failure.offer.as_deref())
    {
        return see_other(at);
    }
    let page = match failure.offer.as_deref() {
        Some(Offer::Form(form)) => form.clone(),
        offer => {
            let page = ErrorPage::new(kind, request_id(request)).with_offer(offer);
            let page = page.with_user(request.extensions().get());
            pages.html(&page.with_wait(wait(failure)))
        }
    };
    HttpResponse::build(kind.status()).content_type(ContentType::html()).body(page)
}

/// Returns the request ID, which identifies the request in the log.
fn request_id(request: &HttpRequest) -> Option<String> {
    request.extensions().get().map(RequestId::to_string)
}

/// Redirects to the sign-in form, which leads back to the page that needs a signed-in user.
fn to_login(request: &HttpRequest) -> HttpResponse {
    let location = if matches!(*request.method(), Method::GET | Method::HEAD) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        ReturnTo::parse(path).login_url()
    } else {
        // A redirect can't repeat a POST.
        "/login".to_owned()
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}

/// A problem document (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemDocument {
    /// Always `about:blank`, since `code` identifies the problem.
    r#type: &'static str,
    /// What happened, in the reader's language (RFC 9457, 3.1.3).
    title: String,
    /// The HTTP status.
    status: u16,
    /// What to do, in the reader's language.
    detail: String,
    /// The stable code of the problem, such as `rate_limited`.
    code: &'static str,
    /// How many attempts are left, after a wrong email code that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attempts_left: Option<u32>,
}

impl ProblemDocument {
    pub(crate) const CONTENT_TYPE: &str = "application/problem+json";
}

fn problem(pages: &Pages, failure: &Failure) -> HttpResponse {
    let (catalog, kind) = (pages.catalog(), failure.kind);
    let mut response = HttpResponse::build(kind.status());
    response.content_type(ProblemDocument::CONTENT_TYPE);
    response.insert_header((header::CONTENT_LANGUAGE, catalog.language())).json(ProblemDocument {
        r#type: "about:blank",
        title: catalog.text(&format!("{}.title", kind.message())),
        status: kind.status().as_u16(),
        detail: catalog.text(&format!("{}.text", kind.message())),
        code: kind.name(),
        attempts_left: failure.attempts_left,
    })
}

/// Returns whether to respond with a problem document: for the API, and for requests that accept
/// JSON but not HTML.
pub(crate) fn wants_json(request: &HttpRequest) -> bool {
    let accept =
        request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("");
    let json = accept.contains("application/json") || accept.contains("application/problem+json");
    request.path().starts_with("/api/") || (json && !accept.contains("text/html"))
}
