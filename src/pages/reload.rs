//! Debug builds load templates, messages and static files again when they change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;
use std::{fs, io};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use tera::Context;
use web_guards::content_security_policy;

use super::files::Files;
use crate::app::App;

const FOLDERS: [&str; 3] = ["locales", "static", "templates"];

/// The files as they were loaded last.
pub(crate) struct ReloadedFiles {
    constants: Context,
    files: RwLock<Arc<Files>>,
    /// When each file was last changed.
    changed: Mutex<BTreeMap<PathBuf, SystemTime>>,
}

impl ReloadedFiles {
    pub(crate) fn load(constants: Context) -> anyhow::Result<Self> {
        let changed = Mutex::new(changed()?);
        let files = RwLock::new(Arc::new(Files::load(&constants)?));
        Ok(Self { constants, files, changed })
    }

    pub(crate) fn current(&self) -> Arc<Files> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads the files again if they changed. While one of them has a mistake, each call fails.
    fn reload(&self) -> anyhow::Result<()> {
        let mut loaded = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed()?;
        if changed != *loaded {
            let files = Arc::new(Files::load(&self.constants)?);
            *self.files.write().unwrap_or_else(PoisonError::into_inner) = files;
            *loaded = changed;
        }
        Ok(())
    }
}

fn changed() -> io::Result<BTreeMap<PathBuf, SystemTime>> {
    let mut changed = BTreeMap::new();
    let mut folders: Vec<_> =
        FOLDERS.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // Editors rename and delete files while they save.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                changed.insert(entry.path(), metadata.modified()?);
            }
        }
    }
    Ok(changed)
}

/// The middleware, inside of the security headers. While a file has a mistake, it responds to every
/// request with the error message.
pub(crate) async fn reload(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(error) = app.files.reload() {
        return Ok(request.into_response(mistake(&format!("{error:#}"))));
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    // A changed script has another hash, which the policy must allow.
    let policy = content_security_policy(app.files().assets.integrity().values());
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Shows a mistake in a file to the developer.
pub(super) fn mistake(cause: &str) -> HttpResponse {
    let help = "Correct the file, then reload this page.";
    let mut response = HttpResponse::InternalServerError();
    response.content_type(ContentType::plaintext()).body(format!("{cause}\n\n{help}\n"))
}

/// The same as HTML, where a page is part of another response.
pub(super) fn mistake_page(cause: &str) -> String {
    let cause = cause.replace('&', "&amp;").replace('<', "&lt;");
    format!("<!doctype html><title>Mistake in a template</title><pre>{cause}</pre>")
}
