//! Visits the links of an email as an email scanner would.
//!
//! Only links to loopback addresses are visited, so that a scan never reaches another computer.

mod browser;
mod outcome;

use std::future::ready;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use actix_web::http::header::LOCATION;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use url::Url;

use self::outcome::Outcome;
use crate::errors::ApiError;
use crate::links;
use crate::mail::human_time;
use crate::redirect::is_loopback;
use crate::state::{Environment, timestamp};

const USER_AGENT: &str =
    concat!("Mozilla/5.0 (compatible; magic-link-emulator/", env!("CARGO_PKG_VERSION"), ")");
/// The limit for one visit, including the response body.
const DEADLINE: Duration = Duration::from_secs(10);
const MAX_BODY: usize = 1024 * 1024;
const MAX_LINKS: usize = 50;
const MAX_REDIRECTS: usize = 10;
const BETWEEN_DOUBLE_GETS: Duration = Duration::from_millis(100);

/// A kind of scanner.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scanner {
    Head,
    Get,
    GetFollow,
    DoubleGet,
    Browser,
}

impl Scanner {
    pub(crate) const ALL: [Self; 5] =
        [Self::Head, Self::Get, Self::GetFollow, Self::DoubleGet, Self::Browser];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Head => "HEAD",
            Self::Get => "GET",
            Self::GetFollow => "GET and follow",
            Self::DoubleGet => "GET twice",
            Self::Browser => "Browser",
        }
    }
}

/// The body of a scan request, as JSON or as a form.
#[derive(Deserialize)]
pub(crate) struct ScanRequest {
    #[serde(rename = "as")]
    pub(crate) scanner: Scanner,
}

/// A request that a scan made, or skipped because its URL isn't loopback.
#[derive(Clone, Serialize)]
pub(crate) struct Visit {
    url: String,
    method: String,
    /// `None` if there was no response.
    status: Option<u16>,
    skipped: bool,
}

impl Visit {
    fn without_response(method: &str, url: &Url) -> Self {
        let skipped = !may_visit(url);
        Self { url: url.to_string(), method: method.to_owned(), status: None, skipped }
    }
}

/// The result of an email's last scan, for its page.
#[derive(Clone, Serialize)]
pub(crate) struct Scan {
    label: &'static str,
    visits: Vec<Visit>,
    outcome: Outcome,
    at: String,
    at_for_people: String,
}

/// Scans an email and stores the result with it.
pub(crate) async fn scan(
    environment: &Environment,
    mail_id: &str,
    scanner: Scanner,
) -> Result<Vec<Visit>, ApiError> {
    let (mail, before) = {
        let store = environment.store();
        let mail = store.mails.find(mail_id).cloned();
        let mail = mail.ok_or_else(|| ApiError::MailNotFound(mail_id.to_owned()))?;
        let state = store.link_state(&mail);
        (mail, state)
    };
    let mut links = links::of_mail(&mail);
    links.truncate(MAX_LINKS);

    let mut visits = Vec::new();
    let client = client().map_err(|error| ApiError::Internal(error.to_string()))?;
    for link in links {
        if may_visit(&link) {
            visits.extend(open(&client, &link, scanner).await?);
        } else {
            visits.push(Visit::without_response(first_method(scanner).as_str(), &link));
        }
    }

    let mut store = environment.store();
    let now = store.now();
    let outcome = Outcome::of(before, store.link_state(&mail), &visits);
    store.mails.set_last_scan(
        mail_id,
        Scan {
            label: scanner.label(),
            visits: visits.clone(),
            outcome,
            at: timestamp(now),
            at_for_people: human_time(now),
        },
    );
    Ok(visits)
}

fn may_visit(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && is_loopback(url)
}

fn first_method(scanner: Scanner) -> Method {
    if matches!(scanner, Scanner::Head) { Method::HEAD } else { Method::GET }
}

/// Resolves every name to loopback, so that no DNS response can direct a scan to another computer.
/// Names such as `app.localhost` work on every system.
struct LoopbackResolver;

impl Resolve for LoopbackResolver {
    fn resolve(&self, _name: Name) -> Resolving {
        let any_port = |ip: IpAddr| SocketAddr::new(ip, 0);
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].map(any_port);
        Box::pin(ready(Ok(Box::new(addresses.into_iter()) as Addrs)))
    }
}

/// Creates an HTTP client that accepts any certificate, since local apps use self-signed ones.
fn client() -> reqwest::Result<Client> {
    // Fails if a provider is installed already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .dns_resolver(LoopbackResolver)
        .danger_accept_invalid_certs(true)
        .timeout(DEADLINE)
        .build()
}

async fn open(client: &Client, link: &Url, scanner: Scanner) -> Result<Vec<Visit>, ApiError> {
    Ok(match scanner {
        Scanner::Head | Scanner::Get => vec![visit(client, first_method(scanner), link).await.0],
        Scanner::GetFollow => follow(client, link.clone()).await,
        Scanner::DoubleGet => {
            let second = async {
                sleep(BETWEEN_DOUBLE_GETS).await;
                visit(client, Method::GET, link).await.0
            };
            let first = visit(client, Method::GET, link);
            let ((first, _), second) = tokio::join!(first, second);
            vec![first, second]
        }
        Scanner::Browser => browser::load(link).await?,
    })
}

/// Opens a link and follows redirects to loopback addresses.
async fn follow(client: &Client, link: Url) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut next = Some(link);
    while let Some(url) = next
        && visits.len() <= MAX_REDIRECTS
    {
        if !may_visit(&url) {
            visits.push(Visit::without_response("GET", &url));
            break;
        }
        let (visit, redirect) = visit(client, Method::GET, &url).await;
        visits.push(visit);
        next = redirect;
    }
    visits
}

/// Makes one request. Also returns the redirect target of the response.
async fn visit(client: &Client, method: Method, url: &Url) -> (Visit, Option<Url>) {
    let mut visit = Visit::without_response(method.as_str(), url);
    let Ok(mut response) = client.request(method, url.clone()).send().await else {
        return (visit, None);
    };
    visit.status = Some(response.status().as_u16());
    let location = response.headers().get(LOCATION.as_str()).and_then(|value| value.to_str().ok());
    let redirect = location
        .filter(|_| response.status().is_redirection())
        .and_then(|location| url.join(location).ok());

    let mut read = 0;
    while let Ok(Some(piece)) = response.chunk().await {
        read += piece.len();
        if read > MAX_BODY {
            break;
        }
    }
    (visit, redirect)
}
