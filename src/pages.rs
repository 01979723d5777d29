//! Pages, one typed struct each. A template can show only the fields of its struct. The text is in
//! the templates and in `locales/`.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ContentType, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, web};
use fluent_locales::Catalog;
use serde::Serialize;
use tera::Context;

use crate::app::App;
use crate::error::Failure;
use crate::error::with_sources;
use crate::pages::files::Files;
use crate::pages::templates::Locale;
use crate::same_origin;
use crate::session::CurrentUser;
use crate::sign_in::next::Next;

/// Implements [`Page`] with this template.
macro_rules! template {
    ($page:ty, $file:literal) => {
        impl crate::pages::Page for $page {
            const TEMPLATE: &'static str = $file;
        }
    };
}

mod account;
// for cross-device
mod approve;
// for cross-device
// for own-mail
mod approve_mail_link;
// for own-mail or cross-device
mod cancel;
mod confirm;
pub(crate) mod error_responses;
mod failure;
pub(crate) mod files;
mod language;
// for own-mail or sso
mod leaving;
// for own-mail
mod mail;
// for own-mail
mod open;
mod organization;
#[cfg(debug_assertions)]
pub(crate) mod reload;
mod sent;
mod sign_in;
// for sso
mod sso;
pub(crate) mod templates;

pub(crate) use account::{AccountPage, AccountSessionsPage};
pub(crate) use confirm::{ConfirmPage, ConfirmedPage};
pub(crate) use error_responses::{ProblemDocument, wants_json};
// for cross-device
pub(crate) use approve::{ApprovePage, ApprovedPage};
// for own-mail or cross-device
pub(crate) use cancel::CancelPage;
pub(crate) use failure::ErrorPage;
pub(crate) use language::{language_until_closed, remember};
use leaving::LeavingPage;
// for own-mail
pub(crate) use mail::SignInMail;
// for own-mail
pub(crate) use open::OpenPage;
pub(crate) use organization::OrganizationPage;
pub(crate) use sent::SentPage;
pub(crate) use sign_in::{LoginPage, SwitchPage};

// for sso
pub(crate) use sso::SsoPage;

/// A page, serialized as the context of its template.
pub(crate) trait Page: Serialize {
    const TEMPLATE: &'static str;
}

/// Renders pages in the language of one request. Handlers take it as an extractor parameter.
pub(crate) struct Pages {
    files: Arc<Files>,
    locale: usize,
    /// Links to this page in the other languages. Empty if the request isn't GET or HEAD, because a
    /// link can't repeat it.
    languages: Vec<LanguageLink>,
}

#[derive(Serialize)]
struct LanguageLink {
    language: String,
    name: String,
    url: String,
}

impl Pages {
    pub(crate) fn new(app: &web::Data<App>, request: &HttpRequest) -> Self {
        let files = app.files();
        let locales = &files.locales.0;
        let available = files.locales.languages();
        let language = language::chosen(request, &available)
            .or_else(|| language::preferred(request, &app.keys, &available))
            .unwrap_or(available[0]);
        let locale = available.iter().position(|one| *one == language).unwrap_or_default();
        let others = locales.iter().filter(|other| other.catalog.language() != language);
        let languages = others.map(|other| LanguageLink {
            language: other.catalog.language().to_owned(),
            name: other.catalog.text("language"),
            url: language::link(request, other.catalog.language()),
        });
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let languages = if reads { languages.collect() } else { Vec::new() };
        Self { files, locale, languages }
    }

    /// Returns a 200 response with the page and its language links.
    pub(crate) fn show<P: Page>(&self, page: &P) -> HttpResponse {
        match self.render(page, &self.languages) {
            Ok(html) => HttpResponse::Ok().content_type(ContentType::html()).body(html),
            #[cfg(debug_assertions)]
            Err(error) => reload::mistake(&with_sources(&error)),
            #[cfg(not(debug_assertions))]
            Err(error) => HttpResponse::from_error(broken::<P>(&error)),
        }
    }

    /// Returns the response to a step of the sign-in flow.
    pub(crate) fn go(&self, next: Next) -> HttpResponse {
        let mut response = see_other(&next.path);
        // for own-mail or sso
        if let Some(url) = &next.workos_url {
            response = self.show(&LeavingPage::new(url));
        }
        set_cookies(&mut response, next.cookies);
        response
    }

    /// Returns the page as HTML without language links, for errors and submitted forms.
    pub(crate) fn html<P: Page>(&self, page: &P) -> String {
        self.render(page, &[]).unwrap_or_else(|error| {
            let cause = broken::<P>(&error);
            tracing::error!(event = "page_broken", %cause, "could not render error page");
            #[cfg(debug_assertions)]
            return reload::mistake_page(&cause.to_string());
            #[cfg(not(debug_assertions))]
            "<!doctype html><title>Error</title><p>This page can't be shown.".to_owned()
        })
    }

    fn render<P: Page>(&self, page: &P, languages: &[LanguageLink]) -> Result<String, tera::Error> {
        let mut context = Context::from_serialize(page)?;
        context.insert("languages", languages);
        self.locale().tera.render(P::TEMPLATE, &context)
    }

    /// Returns the messages of the language.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.locale().catalog
    }

    fn locale(&self) -> &Locale {
        &self.files.locales.0[self.locale]
    }
}

impl FromRequest for Pages {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app: Option<&web::Data<App>> = request.app_data();
        let missing = || Failure::internal("the app's data is missing".to_owned());
        ready(app.map(|app| Self::new(app, request)).ok_or_else(missing))
    }
}

impl Responder for Next {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match Pages::from_request(request, &mut Payload::None).into_inner() {
            Ok(pages) => pages.go(self),
            Err(failure) => HttpResponse::from_error(failure),
        }
    }
}

/// Returns the failure for a template that can't be rendered, such as during development.
fn broken<P: Page>(error: &tera::Error) -> Failure {
    Failure::internal(format!("could not render {}: {}", P::TEMPLATE, with_sources(error)))
}

#[derive(Serialize)]
pub(crate) struct HomePage {
    signed_in_as: Option<String>,
}

template!(HomePage, "home.html");

impl HomePage {
    pub(crate) fn new(user: Option<&CurrentUser>) -> Self {
        Self { signed_in_as: user.map(|user| user.profile.email.clone()) }
    }
}

/// Returns whether someone will see the page, so that what it shows once may be discarded. A prefetch
/// may be shown later, or never.
pub(crate) fn is_seen(request: &HttpRequest) -> bool {
    request.method() == Method::GET && !same_origin::is_prefetch(request.headers())
}

/// Sets the cookies of a step of the sign-in flow.
pub(crate) fn set_cookies(response: &mut HttpResponse, cookies: Vec<Cookie<'static>>) {
    for cookie in cookies {
        // Percent-encode the value, as `actix-session` does. The result is always a valid header
        // value.
        if let Ok(cookie) = HeaderValue::try_from(cookie.encoded().to_string()) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

/// Returns a 303 redirect, which the browser follows with GET.
pub(crate) fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}
