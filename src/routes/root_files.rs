//! `GET /favicon.ico`, `/apple-touch-icon.png`, `/robots.txt`: the files in `static/root`, which browsers
//! and crawlers request by these paths. `GET /site.webmanifest`: what a browser shows of an installed site.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::pages::Pages;

const A_DAY: &str = "public, max-age=86400";

pub(super) async fn show(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let files = app.files();
    let asset = files.assets.by_path(&format!("root{}", request.path()));
    let asset = asset.ok_or_else(|| Failure::new(ErrorKind::NotFound, "no such file"))?;
    let mut response = HttpResponse::Ok();
    response.content_type(asset.content_type.as_str()).insert_header((CACHE_CONTROL, A_DAY));
    Ok(response.body(asset.content.clone()))
}

pub(super) async fn manifest(app: web::Data<App>, pages: Pages) -> HttpResponse {
    let files = app.files();
    let icons = json!([
        { "src": files.assets.urls()["icon.svg"], "sizes": "any", "type": "image/svg+xml" },
        { "src": files.assets.urls()["icon.png"], "sizes": "512x512", "type": "image/png" },
    ]);
    let name = pages.catalog().text("brand");
    let manifest = json!({ "name": name, "start_url": "/", "display": "browser", "icons": icons });
    let mut response = HttpResponse::Ok();
    response.content_type("application/manifest+json").body(manifest.to_string())
}
