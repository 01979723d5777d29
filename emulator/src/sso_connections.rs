//! SSO connections, which don't make themselves: those that the stand-in starts with, and
//! `POST /_emulate/connections`.

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

/// The type of those that the stand-in starts with.
const GENERIC_SAML: &str = "GenericSAML";

/// The connections of [`Options::sso`].
pub(crate) fn of_options(options: &Options) -> io::Result<Vec<Connection>> {
    let now = OffsetDateTime::now_utc();
    let mut made: Vec<(&str, Connection)> = Vec::new();
    for (id, domain) in &options.sso {
        let invalid = |reason: String| io::Error::new(io::ErrorKind::InvalidInput, reason);
        let domain = checked_domain(domain)
            .ok_or_else(|| invalid(format!("{domain:?} is not a domain name")))?;
        if let Some((_, connection)) = made.iter_mut().find(|(other, _)| *other == id) {
            connection.add_domain(&domain, now);
            continue;
        }
        let of = |organization| Connection::new(GENERIC_SAML, &domain, &domain, organization, now);
        let connection = if is_id(id, "org_") {
            of(Some(id.clone()))
        } else if is_id(id, "conn_") {
            of(options.organization_of(&domain)).with_id(id)
        } else {
            return Err(invalid(format!("{id:?} is not an id such as org_01ACME or conn_01ACME")));
        };
        made.push((id, connection));
    }
    Ok(made.into_iter().map(|(_, connection)| connection).collect())
}

#[derive(Deserialize)]
struct ConnectionRequest {
    id: Option<String>,
    organization_id: Option<String>,
    domain: String,
    connection_type: String,
}

/// `POST /_emulate/connections`
///
/// Any type is taken, also one that no SDK knows yet, but for the one that makes itself.
pub(crate) async fn add(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let asked: ConnectionRequest = admin::parse(&body)?;
    let refuse = |message: &str| ApiError::Unprocessable(message.to_owned());
    let Some(domain) = checked_domain(&asked.domain) else {
        return Err(refuse("domain must be a domain name"));
    };
    if asked.connection_type.is_empty() || asked.connection_type == MAGIC_LINK {
        return Err(refuse("connection_type must be a single sign-on type, such as GenericSAML"));
    }
    let organization = asked.organization_id.or_else(|| environment.organization_of(&domain));

    let mut store = environment.store();
    let mut connection =
        Connection::new(&asked.connection_type, &domain, &domain, organization, store.now());
    if let Some(id) = &asked.id {
        if !is_id(id, "conn_") || store.connection(id).is_some() {
            return Err(refuse("id must be conn_… and not taken"));
        }
        connection = connection.with_id(id);
    }
    store.connections.push(connection.clone());
    Ok(HttpResponse::Created().json(connection))
}

fn checked_domain(domain: &str) -> Option<String> {
    let domain = domain.trim().to_lowercase();
    email_address::is_valid(&format!("someone@{domain}")).then_some(domain)
}

/// Whether this is an id of that kind, which may stand in a path as it is.
fn is_id(id: &str, prefix: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    id.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_plain))
}
