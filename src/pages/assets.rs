//! Templates, messages and static files: part of the program in release, read from disk in debug, so that
//! a change shows after a restart without a compilation.

use std::collections::HashMap;
use std::fmt::Write;

use actix_web::web::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "templates/"]
struct TemplateFiles;

#[derive(Embed)]
#[folder = "locales/"]
struct LocaleFiles;

#[derive(Embed)]
#[folder = "static/"]
struct StaticFiles;

/// The static files under their fingerprinted names: `app.css` is served as `app.0123456789ab.css`,
/// and may be cached for ever because other content has another name.
#[derive(Default)]
pub(crate) struct Assets {
    urls: HashMap<String, String>,
    integrity: HashMap<String, String>,
    by_name: HashMap<String, Asset>,
}

pub(crate) struct Asset {
    pub(crate) content_type: String,
    pub(crate) content: Bytes,
}

impl Assets {
    pub(crate) fn load() -> Self {
        let mut assets = Self::default();
        for path in StaticFiles::iter() {
            let Some(file) = StaticFiles::get(&path) else {
                continue;
            };
            let name = fingerprinted(&path, &file);
            let mime = mime_guess::from_path(&*path).first_or_octet_stream();
            let charset = if mime.type_() == "text" { "; charset=utf-8" } else { "" };
            if path.ends_with(".js") {
                let hash = STANDARD.encode(file.metadata.sha256_hash());
                assets.integrity.insert(path.to_string(), format!("sha256-{hash}"));
            }
            assets.urls.insert(path.into_owned(), format!("/static/{name}"));
            let asset = Asset {
                content_type: format!("{mime}{charset}"),
                content: file.data.into_owned().into(),
            };
            assets.by_name.insert(name, asset);
        }
        assets
    }

    /// File name to URL, for the templates.
    pub(crate) fn urls(&self) -> &HashMap<String, String> {
        &self.urls
    }

    /// The hashes of the scripts, by file name. A `<script>` has its own as `integrity`, and the
    /// Content Security Policy allows them: no other script runs, not even one of this origin.
    pub(crate) fn integrity(&self) -> &HashMap<String, String> {
        &self.integrity
    }

    pub(crate) fn get(&self, fingerprinted_name: &str) -> Option<&Asset> {
        self.by_name.get(fingerprinted_name)
    }
}

fn fingerprinted(path: &str, file: &EmbeddedFile) -> String {
    let mut fingerprint = String::new();
    for byte in &file.metadata.sha256_hash()[..6] {
        let _ = write!(fingerprint, "{byte:02x}");
    }
    match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{fingerprint}.{extension}"),
        None => format!("{path}.{fingerprint}"),
    }
}

/// All templates, by name.
pub(crate) fn templates() -> impl Iterator<Item = (String, String)> {
    texts::<TemplateFiles>()
}

/// The source of each catalog in `locales/`, by its name.
pub(crate) fn locales() -> impl Iterator<Item = (String, String)> {
    texts::<LocaleFiles>()
        .filter_map(|(name, text)| Some((name.strip_suffix(".ftl")?.to_owned(), text)))
}

fn texts<Files: Embed>() -> impl Iterator<Item = (String, String)> {
    Files::iter().filter_map(|name| {
        let file = Files::get(&name)?;
        Some((name.into_owned(), String::from_utf8(file.data.into_owned()).ok()?))
    })
}
