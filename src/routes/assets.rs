//! `GET /static/{name}`: serves the static files under their fingerprinted names.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::error::{ErrorKind, Failure};

pub(super) async fn show(
    app: web::Data<App>,
    name: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let files = app.files();
    let asset = files
        .assets
        .get(&name)
        .ok_or_else(|| Failure::new(ErrorKind::NotFound, "no such asset"))?;
    Ok(HttpResponse::Ok()
        .content_type(asset.content_type.as_str())
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.content.clone()))
}
