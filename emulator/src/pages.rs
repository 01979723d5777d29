//! Renders the emulator's pages: their templates, assets and headers.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};
use tera::{Context, Tera, context};

use crate::errors::{ApiError, not_implemented};
use crate::state::Environment;

/// Allows content from the same origin only.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    connect-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// The policy of the identity provider's pages. It has no `form-action`, because Chromium applies
/// that to redirects after a form too, and these forms redirect to the app.
const IDENTITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Loads the templates. Tera escapes those named `.html`, but not the text part of an email.
pub(crate) fn load_templates() -> tera::TeraResult<Tera> {
    let mut templates = Tera::new();
    templates.add_raw_templates([
        ("page.html", include_str!("../templates/page.html")),
        ("live.html", include_str!("../templates/live.html")),
        ("provider.html", include_str!("../templates/provider.html")),
        ("inbox.html", include_str!("../templates/inbox.html")),
        ("mail.html", include_str!("../templates/mail.html")),
        ("identity.html", include_str!("../templates/identity.html")),
        ("idp.html", include_str!("../templates/idp.html")),
        ("problem.html", include_str!("../templates/problem.html")),
        ("email/code.html", include_str!("../templates/email/code.html")),
        ("email/code.txt", include_str!("../templates/email/code.txt")),
        ("email/sign_in.html", include_str!("../templates/email/sign_in.html")),
        ("email/sign_in.txt", include_str!("../templates/email/sign_in.txt")),
    ])?;
    Ok(templates)
}

pub(crate) fn page(environment: &Environment, template: &str, context: &Context) -> HttpResponse {
    render(environment, StatusCode::OK, PAGE_POLICY, template, context)
}

/// Renders a page of the identity provider.
pub(crate) fn identity_page(
    environment: &Environment,
    status: StatusCode,
    template: &str,
    context: &Context,
) -> HttpResponse {
    render(environment, status, IDENTITY_POLICY, template, context)
}

/// Renders an error page.
pub(crate) fn problem(
    environment: &Environment,
    status: StatusCode,
    heading: &str,
    advice: &str,
) -> HttpResponse {
    let context = context! { heading => heading, advice => advice, status => &status.to_string() };
    render(environment, status, PAGE_POLICY, "problem.html", &context)
}

pub(crate) fn unknown_link(environment: &Environment) -> HttpResponse {
    problem(
        environment,
        StatusCode::NOT_FOUND,
        "Unknown link",
        "This link doesn't belong to any sign-in. It may be incomplete, or the emulator was restarted \
         after it was sent. Request a new link in your app.",
    )
}

fn render(
    environment: &Environment,
    status: StatusCode,
    policy: &str,
    template: &str,
    context: &Context,
) -> HttpResponse {
    match environment.templates.render(template, context) {
        Ok(html) => HttpResponse::build(status)
            .content_type(ContentType::html())
            .insert_header((CONTENT_SECURITY_POLICY, policy))
            .body(html),
        Err(error) => HttpResponse::from_error(ApiError::from(error)),
    }
}

/// `GET /inbox/assets/{name}`
pub(crate) async fn asset(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let (content_type, bytes) = match name.as_str() {
        "inbox.css" => ("text/css; charset=utf-8", include_str!("../static/inbox.css")),
        "inbox.js" => ("text/javascript; charset=utf-8", include_str!("../static/inbox.js")),
        "icon.svg" => ("image/svg+xml", include_str!("../static/icon.svg")),
        _ => return not_implemented(request).await,
    };
    HttpResponse::Ok().content_type(content_type).body(bytes)
}
