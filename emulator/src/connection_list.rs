//! `GET /connections`: filters, sorting and pagination.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::connections::Connection;
use crate::errors::ApiError;
use crate::state::Environment;

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

    fn matches(&self, connection: &Connection) -> bool {
        self.filters.iter().all(|(key, value)| match key.as_str() {
            "connection_type" => connection.connection_type == *value,
            "domain" => connection.has_domain(&value.to_lowercase()),
            "organization_id" => connection.organization_id.as_deref() == Some(value),
            "search" => {
                let wanted = value.to_lowercase();
                connection.name.to_lowercase().contains(&wanted)
                    || connection.domain_names().any(|domain| domain.contains(&wanted))
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
        store.connections.iter().filter(|one| listing.matches(one)).collect();
    if !listing.ascending {
        found.reverse();
    }

    let position = |id: &String| found.iter().position(|connection| connection.id == *id);
    let (start, end) = match (&listing.after, &listing.before) {
        (Some(after), _) => {
            let start = position(after).map_or(found.len(), |at| at + 1);
            (start, (start + listing.limit).min(found.len()))
        }
        (None, Some(before)) => {
            let end = position(before).unwrap_or(0);
            (end.saturating_sub(listing.limit), end)
        }
        (None, None) => (0, listing.limit.min(found.len())),
    };
    let page = &found[start..end];
    let shown: Vec<_> = page.iter().map(|one| environment.shown_connection(one)).collect();
    let before = page.first().filter(|_| start > 0);
    let after = page.last().filter(|_| end < found.len());
    Ok(HttpResponse::Ok().json(json!({
        "object": "list",
        "data": shown,
        "list_metadata": {
            "before": before.map(|connection| &connection.id),
            "after": after.map(|connection| &connection.id),
        },
    })))
}
