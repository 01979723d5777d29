//! The pages of the inbox.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType, LOCATION};
use actix_web::{HttpResponse, ResponseError, web};
use serde::Serialize;
use tera::context;

use crate::errors::ApiError;
use crate::links;
use crate::mail::{Mail, human_time};
use crate::pages;
use crate::passwordless::LinkState;
use crate::scan::{ScanRequest, Scanner, scan};
use crate::state::{Environment, Store};

/// The policy for an email's own HTML, which a frame shows. It allows inline styles and links, but no
/// scripts and no external content.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
    frame-ancestors 'self'; \
    sandbox allow-same-origin allow-popups allow-top-navigation-by-user-activation";

/// The data of an email on a page.
#[derive(Serialize)]
struct MailView<'a> {
    #[serde(flatten)]
    mail: &'a Mail,
    from: &'a str,
    sent_for_people: String,
    link_state: Option<LinkState>,
    /// Whether it was received over SMTP, so that its source can be downloaded.
    has_source: bool,
}

impl<'a> MailView<'a> {
    fn new(store: &'a Store, mail: &'a Mail) -> Self {
        Self {
            mail,
            from: &mail.from,
            sent_for_people: human_time(mail.sent),
            link_state: store.link_state(mail),
            has_source: mail.raw.is_some(),
        }
    }
}

/// `GET /inbox`
pub(crate) async fn list(environment: web::Data<Environment>) -> HttpResponse {
    let store = environment.store();
    let mails: Vec<_> =
        store.mails.newest_first().map(|mail| MailView::new(&store, mail)).collect();
    let has_sso = store.sso_connections().next().is_some();
    let context = context! {
        mails => &mails,
        base_url => &environment.urls.base,
        smtp_url => &environment.urls.smtp,
        idp_url => &has_sso.then(|| environment.at_identity_provider("/_emulate/idp")),
    };
    pages::page(&environment, "inbox.html", &context)
}

/// `GET /inbox/{id}`
pub(crate) async fn read(
    environment: web::Data<Environment>,
    id: web::Path<String>,
) -> HttpResponse {
    let store = environment.store();
    match store.mails.find(&id) {
        Some(mail) => {
            let context = context! {
                mail => &MailView::new(&store, mail),
                scanners => &if links::of_mail(mail).is_empty() { vec![] } else { buttons() },
                scan => &mail.last_scan,
            };
            pages::page(&environment, "mail.html", &context)
        }
        None => no_such_mail(&environment),
    }
}

/// `GET /inbox/{id}/html`: the content of the frame on the email's page.
pub(crate) async fn html_part(
    environment: web::Data<Environment>,
    id: web::Path<String>,
) -> HttpResponse {
    let store = environment.store();
    match store.mails.find(&id).and_then(|mail| mail.html.as_ref()) {
        Some(html) => HttpResponse::Ok()
            .content_type(ContentType::html())
            .insert_header((CONTENT_SECURITY_POLICY, MAIL_POLICY))
            .body(framed(html)),
        None => no_such_mail(&environment),
    }
}

/// Makes the links of an email replace the whole page, not only the frame. A doctype must stay first.
fn framed(html: &str) -> String {
    let begins_with_doctype =
        html.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    let end_of_doctype = html.find('>').filter(|_| begins_with_doctype);
    let (doctype, rest) = html.split_at(end_of_doctype.map_or(0, |at| at + 1));
    format!("{doctype}<base target=\"_top\">{rest}")
}

/// `POST /inbox/empty`: the button of the inbox.
pub(crate) async fn empty(environment: web::Data<Environment>) -> HttpResponse {
    environment.store().mails.clear();
    HttpResponse::SeeOther().insert_header((LOCATION, "/inbox")).finish()
}

/// `POST /inbox/{id}/scan`: the buttons of an email's page.
pub(crate) async fn scan_mail(
    environment: web::Data<Environment>,
    id: web::Path<String>,
    form: Option<web::Form<ScanRequest>>,
) -> HttpResponse {
    let Some(form) = form else {
        return not_scanned(
            &environment,
            StatusCode::UNPROCESSABLE_ENTITY,
            "Use the buttons on the email's page.",
        );
    };
    match scan(&environment, &id, form.scanner).await {
        Ok(_) => {
            let outcome = format!("/inbox/{id}#scan");
            HttpResponse::SeeOther().insert_header((LOCATION, outcome)).finish()
        }
        Err(ApiError::MailNotFound(_)) => no_such_mail(&environment),
        Err(error) => not_scanned(&environment, error.status_code(), &error.to_string()),
    }
}

/// A scan button: its value, its label and what the scanner does.
#[derive(Serialize)]
struct Button {
    #[serde(rename = "as")]
    scanner: Scanner,
    label: &'static str,
    does: &'static str,
}

fn buttons() -> Vec<Button> {
    let button = |scanner: Scanner| Button {
        scanner,
        label: scanner.label(),
        does: match scanner {
            Scanner::Head => "Requests only the headers of the page.",
            Scanner::Get => "Opens the link. Doesn't follow redirects.",
            Scanner::GetFollow => "Opens the link and follows redirects, without cookies.",
            Scanner::DoubleGet => "Opens the link twice in quick succession.",
            Scanner::Browser => {
                "Loads the page in Chromium and runs its scripts for 30 simulated seconds. \
                 Takes a few seconds."
            }
        },
    };
    Scanner::ALL.map(button).into()
}

fn not_scanned(environment: &Environment, status: StatusCode, advice: &str) -> HttpResponse {
    pages::problem(environment, status, "The email wasn't scanned", advice)
}

fn no_such_mail(environment: &Environment) -> HttpResponse {
    pages::problem(
        environment,
        StatusCode::NOT_FOUND,
        "Email not found",
        "The inbox was emptied or the emulator was restarted.",
    )
}
