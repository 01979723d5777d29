//! One typed struct a page: what a template may show is what its struct holds.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use serde::Serialize;
use tera::{Context, Tera};

use crate::assets::{self, Assets};
use crate::session::CurrentUser;

mod account;
mod failure;
mod mail;
mod sign_in;
mod words;

pub(crate) use account::{AccountPage, AccountSessionsPage};
pub(crate) use failure::ErrorPage;
pub(crate) use mail::SignInMail;
pub(crate) use sign_in::{
    ApprovePage, ApprovedPage, CancelPage, LeavingPage, LoginPage, OpenPage, SentPage, SwitchPage,
};

/// The templates, parsed.
pub(crate) struct Pages {
    tera: Tera,
}

/// A page: its template has its name.
pub(crate) trait Page: Serialize {
    const TEMPLATE: &'static str;
}

impl Pages {
    pub(crate) fn load(assets: &Assets, demo_inbox: Option<&str>) -> Result<Self, tera::Error> {
        let mut tera = Tera::new();
        let site = tera.global_context();
        site.insert("assets", assets.urls());
        site.insert("integrity", assets.integrity());
        site.insert("demo_inbox", &demo_inbox);
        tera.add_raw_templates(assets::templates())?;
        Ok(Self { tera })
    }

    pub(crate) fn respond<P: Page>(&self, status: StatusCode, page: &P) -> HttpResponse {
        HttpResponse::build(status).content_type(ContentType::html()).body(self.html(page))
    }

    /// The page; a plain one if its template is broken, as it can be while somebody works on it.
    pub(crate) fn html<P: Page>(&self, page: &P) -> String {
        let rendered = Context::from_serialize(page)
            .and_then(|context| self.tera.render(P::TEMPLATE, &context));
        rendered.unwrap_or_else(|error| {
            tracing::error!(template = P::TEMPLATE, %error, "a page can't be rendered");
            "<!doctype html><title>Error</title><p>This page can't be shown.".to_owned()
        })
    }
}

#[derive(Serialize)]
pub(crate) struct HomePage {
    signed_in_as: Option<String>,
}

impl Page for HomePage {
    const TEMPLATE: &'static str = "home.html";
}

impl HomePage {
    pub(crate) fn new(user: Option<&CurrentUser>) -> Self {
        Self { signed_in_as: user.map(|user| user.profile.email.clone()) }
    }
}
