//! Connections: made by themselves for a mail domain, or by a test for single sign-on.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;

use crate::email_address;
use crate::errors::ApiError;
use crate::ids;
use crate::state::{Environment, Store, timestamp};

pub(crate) const MAGIC_LINK: &str = "MagicLink";

/// A connection as the API shows it. Every key is always there: some SDKs refuse to decode one
/// that is missing.
#[derive(Clone, Serialize)]
pub(crate) struct Connection {
    object: &'static str,
    pub(crate) id: String,
    pub(crate) organization_id: Option<String>,
    pub(crate) connection_type: String,
    name: String,
    state: &'static str,
    status: &'static str,
    domains: Vec<ConnectionDomain>,
    created_at: String,
    updated_at: String,
}

#[derive(Clone, Serialize)]
struct ConnectionDomain {
    id: String,
    object: &'static str,
    domain: String,
}

impl Connection {
    pub(crate) fn new(
        connection_type: &str,
        name: &str,
        domain: &str,
        organization_id: Option<String>,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            object: "connection",
            id: ids::prefixed("conn", now),
            organization_id,
            connection_type: connection_type.to_owned(),
            name: name.to_owned(),
            state: "active",
            status: "linked",
            domains: vec![ConnectionDomain {
                id: ids::prefixed("org_domain", now),
                object: "connection_domain",
                domain: domain.to_owned(),
            }],
            created_at: timestamp(now),
            updated_at: timestamp(now),
        }
    }

    pub(crate) fn is_magic_link(&self) -> bool {
        self.connection_type == MAGIC_LINK
    }

    pub(crate) fn has_domain(&self, domain: &str) -> bool {
        self.domains.iter().any(|one| one.domain == domain)
    }
}

impl Store {
    pub(crate) fn connection(&self, id: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.id == id)
    }

    /// The Magic Link connection for an address: the one that its domain has, else a new one.
    pub(crate) fn magic_link_connection(
        &mut self,
        environment: &Environment,
        email: &str,
    ) -> Connection {
        let domain = email_address::domain(email);
        let serves =
            |connection: &&Connection| connection.is_magic_link() && connection.has_domain(&domain);
        if let Some(found) = self.connections.iter().find(serves) {
            return found.clone();
        }
        let organization = environment.organization_of(&domain);
        let made = Connection::new(MAGIC_LINK, MAGIC_LINK, &domain, organization, self.now());
        self.connections.push(made.clone());
        made
    }
}

/// The query of `GET /connections`. An empty value counts as absent.
struct Listing {
    filters: Vec<(String, String)>,
    limit: usize,
    ascending: bool,
    before: Option<String>,
    after: Option<String>,
}

impl Listing {
    fn parse(query: &str) -> Result<Self, ApiError> {
        let mut listing =
            Self { filters: Vec::new(), limit: 10, ascending: false, before: None, after: None };
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match key.as_ref() {
                _ if value.is_empty() => {}
                "limit" => {
                    let limit = value.parse().ok().filter(|n| (1..=100).contains(n));
                    listing.limit = limit.ok_or_else(|| {
                        ApiError::Unprocessable("limit must be between 1 and 100".to_owned())
                    })?;
                }
                "order" => match value.as_str() {
                    "asc" => listing.ascending = true,
                    "desc" | "normal" => listing.ascending = false,
                    _ => {
                        let message = "order must be asc or desc".to_owned();
                        return Err(ApiError::Unprocessable(message));
                    }
                },
                "before" => listing.before = Some(value),
                "after" => listing.after = Some(value),
                _ => listing.filters.push((key.into_owned(), value)),
            }
        }
        Ok(listing)
    }

    fn admits(&self, connection: &Connection) -> bool {
        self.filters.iter().all(|(key, value)| match key.as_str() {
            "connection_type" => connection.connection_type == *value,
            "domain" => connection.has_domain(&value.to_lowercase()),
            "organization_id" => connection.organization_id.as_deref() == Some(value),
            "search" => {
                let wanted = value.to_lowercase();
                connection.name.to_lowercase().contains(&wanted)
                    || connection.domains.iter().any(|one| one.domain.contains(&wanted))
            }
            _ => true,
        })
    }
}

/// `GET /connections`
pub(crate) async fn list(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    environment.require_api_key(&request)?;
    let listing = Listing::parse(request.query_string())?;

    let store = environment.store();
    let mut found: Vec<&Connection> =
        store.connections.iter().filter(|one| listing.admits(one)).collect();
    if !listing.ascending {
        found.reverse();
    }

    let place = |id: &String| found.iter().position(|connection| connection.id == *id);
    let (start, end) = match (&listing.after, &listing.before) {
        (Some(after), _) => {
            let start = place(after).map_or(found.len(), |at| at + 1);
            (start, (start + listing.limit).min(found.len()))
        }
        (None, Some(before)) => {
            let end = place(before).unwrap_or(0);
            (end.saturating_sub(listing.limit), end)
        }
        (None, None) => (0, listing.limit.min(found.len())),
    };
    let page = &found[start..end];
    let before = page.first().filter(|_| start > 0);
    let after = page.last().filter(|_| end < found.len());
    Ok(HttpResponse::Ok().json(json!({
        "object": "list",
        "data": page,
        "list_metadata": {
            "before": before.map(|connection| &connection.id),
            "after": after.map(|connection| &connection.id),
        },
    })))
}

/// `GET /connections/{id}`
pub(crate) async fn get(
    environment: web::Data<Environment>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    environment.require_api_key(&request)?;
    match environment.store().connection(&id) {
        Some(connection) => Ok(HttpResponse::Ok().json(connection)),
        None => Err(ApiError::ConnectionNotFound(id.into_inner())),
    }
}

/// `DELETE /connections/{id}`
pub(crate) async fn delete(
    environment: web::Data<Environment>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    environment.require_api_key(&request)?;
    let mut store = environment.store();
    match store.connections.iter().position(|one| one.id == *id) {
        Some(at) => {
            store.connections.remove(at);
            Ok(HttpResponse::NoContent().finish())
        }
        None => Err(ApiError::ConnectionNotFound(id.into_inner())),
    }
}
