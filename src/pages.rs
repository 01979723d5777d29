//! One typed struct a page: what a template may show is what its struct holds.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use serde::Serialize;
use tera::{Context, Tera};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::assets::{self, Assets};
use crate::error::{Again, Code};
use crate::session::{CurrentUser, Ended, SessionInfo};
use crate::sign_in::{Flow, PendingSignIn, ReturnTo};
use crate::workos::Profile;

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
        site.insert("demo_inbox", &demo_inbox);
        tera.add_raw_templates(assets::templates())?;
        Ok(Self { tera })
    }

    pub(crate) fn respond<P: Page>(&self, status: StatusCode, page: &P) -> HttpResponse {
        let rendered = Context::from_serialize(page)
            .and_then(|context| self.tera.render(P::TEMPLATE, &context));
        match rendered {
            Ok(html) => HttpResponse::build(status).content_type(ContentType::html()).body(html),
            Err(error) => {
                tracing::error!(template = P::TEMPLATE, %error, "a page can't be rendered");
                HttpResponse::InternalServerError()
                    .content_type(ContentType::plaintext())
                    .body("Internal error")
            }
        }
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

#[derive(Serialize)]
pub(crate) struct LoginPage {
    email: String,
    return_to: String,
    error: Option<Problem>,
    ended: Option<Notice>,
}

impl Page for LoginPage {
    const TEMPLATE: &'static str = "login.html";
}

impl LoginPage {
    pub(crate) fn new(email: &str, return_to: &ReturnTo) -> Self {
        let (email, return_to) = (email.to_owned(), return_to.as_str().to_owned());
        Self { email, return_to, error: None, ended: None }
    }

    pub(crate) fn refusing(self, code: Code) -> Self {
        Self { error: Some(Problem::of(code)), ..self }
    }

    pub(crate) fn saying(self, ended: Option<Ended>) -> Self {
        Self { ended: ended.map(Notice::of), ..self }
    }
}

/// Why somebody is signed out.
#[derive(Serialize)]
struct Notice {
    reason: &'static str,
    text: &'static str,
}

impl Notice {
    fn of(ended: Ended) -> Self {
        let text = match ended {
            Ended::Idle => "You were signed out because you were away for a while.",
            Ended::TimeLimit => "You were signed out because the time of that session was up.",
            Ended::Elsewhere => "You were signed out from another of your sessions.",
            Ended::ByOperator => "You were signed out by whoever runs this site.",
        };
        Self { reason: ended.name(), text }
    }
}

#[derive(Serialize)]
pub(crate) struct SentPage {
    flow: String,
    email: String,
    return_to: String,
    login_url: String,
    link_minutes: u64,
    /// When the next mail may go, if this one didn't.
    next_mail_at: Option<String>,
}

impl Page for SentPage {
    const TEMPLATE: &'static str = "sent.html";
}

impl SentPage {
    pub(crate) fn new(
        flow: &Flow,
        pending: &PendingSignIn,
        link_expires_in: std::time::Duration,
    ) -> Self {
        Self {
            flow: flow.as_str().to_owned(),
            email: pending.email.as_str().to_owned(),
            return_to: pending.return_to.as_str().to_owned(),
            login_url: pending.return_to.login_url(),
            next_mail_at: pending.next_mail_at.map(utc),
            link_minutes: link_expires_in.as_secs().div_ceil(60),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct AccountPage {
    signed_in_as: String,
    profile: Profile,
    profile_json: String,
    raw_attributes_json: String,
    device: String,
    address: String,
    signed_in_at: String,
    ends_at: String,
}

impl Page for AccountPage {
    const TEMPLATE: &'static str = "account.html";
}

impl AccountPage {
    pub(crate) fn new(user: CurrentUser) -> Self {
        Self {
            signed_in_as: user.profile.email.clone(),
            profile_json: pretty(&user.profile),
            raw_attributes_json: pretty(&user.profile.raw_attributes),
            device: user.session.device,
            address: user.session.address,
            signed_in_at: utc(user.session.created_at),
            ends_at: utc(user.session.expires_at),
            profile: user.profile,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct AccountSessionsPage {
    signed_in_as: String,
    sessions: Vec<SessionEntry>,
}

#[derive(Serialize)]
struct SessionEntry {
    id: String,
    device: String,
    address: String,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    is_this: bool,
}

impl Page for AccountSessionsPage {
    const TEMPLATE: &'static str = "account_sessions.html";
}

impl AccountSessionsPage {
    pub(crate) fn new(user: &CurrentUser, sessions: Vec<SessionInfo>) -> Self {
        let entry = |session: SessionInfo| SessionEntry {
            is_this: session.id == user.session.id,
            id: session.id,
            device: session.device,
            address: session.address,
            created_at: utc(session.created_at),
            last_seen_at: utc(session.last_seen_at),
            expires_at: utc(session.expires_at),
        };
        let sessions = sessions.into_iter().map(entry).collect();
        Self { signed_in_as: user.profile.email.clone(), sessions }
    }
}

#[derive(Serialize)]
pub(crate) struct ErrorPage {
    error: Problem,
    email: String,
    return_to: String,
    request_id: Option<String>,
    wait: Option<String>,
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error.html";
}

impl ErrorPage {
    pub(crate) fn new(code: Code, again: Option<&Again>, request_id: Option<String>) -> Self {
        Self {
            error: Problem::of(code),
            email: again.map_or_else(String::new, |again| again.email.clone()),
            return_to: again.map_or_else(String::new, |again| again.return_to.as_str().to_owned()),
            request_id,
            wait: None,
        }
    }

    /// Says when to try again.
    pub(crate) fn waiting(self, seconds: Option<u64>) -> Self {
        Self { wait: seconds.map(in_words), ..self }
    }
}

/// A failure as a page shows it.
#[derive(Serialize)]
struct Problem {
    code: &'static str,
    title: &'static str,
    text: &'static str,
    offers_link: bool,
}

impl Problem {
    fn of(code: Code) -> Self {
        let message = code.message();
        Self {
            code: code.name(),
            title: message.title,
            text: message.text,
            offers_link: message.offers_link,
        }
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A time to wait, as people say it.
fn in_words(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} second{}", plural(seconds)),
        _ => format!("{} minute{}", seconds.div_ceil(60), plural(seconds.div_ceil(60))),
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A date as people read it; the seconds are counted from 1970.
fn utc(seconds: i64) -> String {
    let format =
        format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|date| date.format(&format).ok())
        .unwrap_or_default()
}
