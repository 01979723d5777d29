//! `GET /health/live`: the process is up. `GET /health/ready`: it can serve: the store answers,
//! has taken a write since the start, and the program isn't about to end.

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
