//! `GET /health/live`: the process is up. `GET /health/ready`: it can serve, so the store answers.

use actix_web::web;

use crate::error::Failure;
use crate::session::Store;

pub(super) async fn live() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(store: web::Data<Store>) -> Result<&'static str, Failure> {
    store.ping().await?;
    Ok("ok\n")
}
