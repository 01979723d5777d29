//! Connections: created automatically for an email domain, or on request for single sign-on.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use time::OffsetDateTime;

use crate::email_address;
use crate::errors::ApiError;
use crate::ids;
use crate::state::{Environment, Store, timestamp};

pub(crate) const MAGIC_LINK: &str = "MagicLink";

/// A connection as represented in the API. All keys are always present, because some SDKs can't
/// decode a connection without one of them.
#[derive(Clone, Serialize)]
pub(crate) struct Connection {
    object: &'static str,
    pub(crate) id: String,
    pub(crate) organization_id: Option<String>,
    pub(crate) connection_type: String,
    pub(crate) name: String,
    state: &'static str,
    status: &'static str,
    domains: Vec<ConnectionDomain>,
    created_at: String,
    updated_at: String,
    /// Whether users with an address of its domains must use it.
    #[serde(skip)]
    pub(crate) sso_required: bool,
}

#[derive(Clone, Serialize)]
struct ConnectionDomain {
    id: String,
    object: &'static str,
    domain: String,
}

impl ConnectionDomain {
    fn new(domain: &str, now: OffsetDateTime) -> Self {
        Self {
            id: ids::prefixed("org_domain", now),
            object: "connection_domain",
            domain: domain.to_owned(),
        }
    }
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
            domains: vec![ConnectionDomain::new(domain, now)],
            created_at: timestamp(now),
            updated_at: timestamp(now),
            sso_required: false,
        }
    }

    /// Replaces the generated ID.
    pub(crate) fn with_id(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    pub(crate) fn add_domain(&mut self, domain: &str, now: OffsetDateTime) {
        self.domains.push(ConnectionDomain::new(domain, now));
    }

    pub(crate) fn is_magic_link(&self) -> bool {
        self.connection_type == MAGIC_LINK
    }

    pub(crate) fn has_domain(&self, domain: &str) -> bool {
        self.domain_names().any(|one| one == domain)
    }

    pub(crate) fn domain_names(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(|one| one.domain.as_str())
    }
}

impl Store {
    pub(crate) fn connection(&self, id: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.id == id)
    }

    /// Returns the connections that sign in through an identity provider, oldest first.
    pub(crate) fn sso_connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().filter(|one| !one.is_magic_link())
    }

    /// Returns the IDs of the connections that a user with this address must use, oldest first.
    pub(crate) fn connections_requiring_sso(&self, email: &str) -> Vec<String> {
        let domain = email_address::domain(email);
        let required = |one: &&Connection| one.sso_required && one.has_domain(&domain);
        self.connections.iter().filter(required).map(|one| one.id.clone()).collect()
    }

    /// Returns the Magic Link connection of an address's domain, and creates it if necessary.
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

/// `GET /connections/{id}`
pub(crate) async fn get(
    environment: web::Data<Environment>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    environment.require_api_key(&request)?;
    match environment.store().connection(&id) {
        Some(connection) => Ok(HttpResponse::Ok().json(environment.shown_connection(connection))),
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
