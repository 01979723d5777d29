//! Health checks:
//!
//! - `GET /health/live` succeeds while the process runs.
//! - `GET /health/ready` succeeds if the app can serve: the store answers, has accepted a write
//!   since startup, and no shutdown has begun.

use actix_web::{HttpResponse, web};

use crate::error::Failure;
use crate::session::Store;
use crate::shutdown::Shutdown;

pub(super) async fn live() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(
    store: web::Data<Store>,
    shutdown: web::Data<Shutdown>,
) -> Result<HttpResponse, Failure> {
    if shutdown.has_begun() {
        let says = HttpResponse::ServiceUnavailable().content_type(TEXT).body("ending\n");
        return Ok(says);
    }
    store.ready().await?;
    Ok(HttpResponse::Ok().content_type(TEXT).body("ok\n"))
}

const TEXT: &str = "text/plain; charset=utf-8";
