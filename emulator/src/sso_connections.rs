//! SSO connections: those that the emulator starts with, and `POST /_emulate/connections`.

use std::io;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use time::OffsetDateTime;

use crate::admin;
use crate::connections::{Connection, MAGIC_LINK};
use crate::email_address;
use crate::errors::ApiError;
use crate::options::Options;
use crate::state::Environment;

/// The type of the initial connections.
const GENERIC_SAML: &str = "GenericSAML";

/// Creates the connections of [`Options::sso`].
pub(crate) fn from_options(options: &Options) -> io::Result<Vec<Connection>> {
    let now = OffsetDateTime::now_utc();
    let mut created: Vec<(&str, Connection)> = Vec::new();
    for (id, domain) in &options.sso {
        let invalid = |reason: String| io::Error::new(io::ErrorKind::InvalidInput, reason);
        let domain = checked_domain(domain)
            .ok_or_else(|| invalid(format!("{domain:?} is not a domain name")))?;
        if let Some((_, connection)) = created.iter_mut().find(|(other, _)| *other == id) {
            connection.add_domain(&domain, now);
            continue;
        }
        let connection_of =
            |organization| Connection::new(GENERIC_SAML, &domain, &domain, organization, now);
        let connection = if is_id(id, "org_") {
            connection_of(Some(id.clone()))
        } else if is_id(id, "conn_") {
            connection_of(options.organization_of(&domain)).with_id(id)
        } else {
            return Err(invalid(format!("{id:?} is not an ID such as org_01ACME or conn_01ACME")));
        };
        created.push((id, connection));
    }
    Ok(created.into_iter().map(|(_, connection)| connection).collect())
}

#[derive(Deserialize)]
struct ConnectionRequest {
    id: Option<String>,
    organization_id: Option<String>,
    domain: String,
    connection_type: String,
    #[serde(default)]
    sso_required: bool,
}

/// `POST /_emulate/connections`
///
/// Accepts any type, even one that SDKs don't know yet, except `MagicLink`.
pub(crate) async fn add(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let request: ConnectionRequest = admin::parse(&body)?;
    let refuse = |message: &str| ApiError::Unprocessable(message.to_owned());
    let Some(domain) = checked_domain(&request.domain) else {
        return Err(refuse("domain must be a domain name"));
    };
    if request.connection_type.is_empty() || request.connection_type == MAGIC_LINK {
        return Err(refuse("connection_type must be a single sign-on type, such as GenericSAML"));
    }
    let organization = request.organization_id.or_else(|| environment.organization_of(&domain));

    let mut store = environment.store();
    let mut connection =
        Connection::new(&request.connection_type, &domain, &domain, organization, store.now());
    if let Some(id) = &request.id {
        if !is_id(id, "conn_") || store.connection(id).is_some() {
            return Err(refuse("id must start with conn_ and be unused"));
        }
        connection = connection.with_id(id);
    }
    connection.sso_required = request.sso_required;
    store.connections.push(connection.clone());
    Ok(HttpResponse::Created().json(connection))
}

fn checked_domain(domain: &str) -> Option<String> {
    let domain = domain.trim().to_lowercase();
    email_address::is_valid(&format!("someone@{domain}")).then_some(domain)
}

/// Returns whether this is an ID with that prefix that needs no escaping in a path.
pub(crate) fn is_id(id: &str, prefix: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    id.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_plain))
}
