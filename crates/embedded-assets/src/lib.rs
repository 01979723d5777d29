//! Files embedded in the program: static files with fingerprinted URLs, and texts such as
//! templates.
//!
//! [`rust-embed`](rust_embed) embeds the files, or reads them from disk in a debug build. This
//! crate adds URLs, content types and integrity hashes. It doesn't depend on a web framework.
//!
//! # Example
//!
//! ```
//! use embedded_assets::Assets;
//! use rust_embed::Embed;
//!
//! #[derive(Embed)]
//! #[folder = "tests/assets/"]
//! struct StaticFiles;
//!
//! let assets = Assets::load::<StaticFiles>("/static/");
//!
//! // In a template: <script src="{{ assets["app.js"] }}" integrity="{{ integrity["app.js"] }}">
//! let url = &assets.urls()["app.js"];
//! assert_eq!(url, "/static/app.f9444510dc74.js");
//! assert!(assets.integrity()["app.js"].starts_with("sha256-"));
//!
//! // In the handler of /static/{name}, with `Cache-Control: public, max-age=31536000, immutable`:
//! let asset = assets.get("app.f9444510dc74.js").expect("a file of this name and content");
//! assert_eq!(asset.content_type, "text/javascript; charset=utf-8");
//! assert!(assets.get("app.js").is_none());
//! ```

use std::collections::HashMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

/// Static files under their fingerprinted names: `app.css` is served as `app.0123456789ab.css`.
/// Browsers may cache them forever, because a change of the content changes the name.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    base: String,
    urls: HashMap<String, String>,
    integrity: HashMap<String, String>,
    by_name: HashMap<String, Asset>,
}

/// A file to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The value of `Content-Type`, by the extension of the file. Text has `charset=utf-8`.
    pub content_type: String,
    /// The content, cheap to clone.
    pub content: Bytes,
}

impl Assets {
    /// Loads all files of the folder. URLs begin with `base`, such as `/static/`.
    #[must_use]
    pub fn load<Files: Embed>(base: &str) -> Self {
        let mut assets = Self { base: base.to_owned(), ..Self::default() };
        for (path, file) in files::<Files>() {
            let name = fingerprinted(&path, &file);
            let mime = mime_guess::from_path(&path).first_or_octet_stream();
            let charset = if mime.type_() == "text" { "; charset=utf-8" } else { "" };
            if path.ends_with(".js") || path.ends_with(".mjs") {
                let hash = STANDARD.encode(file.metadata.sha256_hash());
                assets.integrity.insert(path.clone(), format!("sha256-{hash}"));
            } else if path.ends_with(".html")
                && let Some(script) = inline_script(&file.data)
            {
                let hash = STANDARD.encode(Sha256::digest(script));
                assets.integrity.insert(path.clone(), format!("sha256-{hash}"));
            }
            assets.urls.insert(path, format!("{base}{name}"));
            let asset = Asset {
                content_type: format!("{mime}{charset}"),
                content: file.data.into_owned().into(),
            };
            assets.by_name.insert(name, asset);
        }
        assets
    }

    /// Returns the URL of each file by its path in the folder.
    #[must_use]
    pub fn urls(&self) -> &HashMap<String, String> {
        &self.urls
    }

    /// Returns the hash of each script by its path in the folder, in the format of the `integrity`
    /// attribute and of `script-src` in a Content Security Policy (W3C SRI, 3.1). The hash of an HTML
    /// file is that of its inline script.
    #[must_use]
    pub fn integrity(&self) -> &HashMap<String, String> {
        &self.integrity
    }

    /// Returns the file of this path in the folder, for a file that has a fixed URL besides its
    /// fingerprinted one, such as `robots.txt`.
    #[must_use]
    pub fn by_path(&self, path: &str) -> Option<&Asset> {
        self.get(self.urls.get(path)?.strip_prefix(&self.base)?)
    }

    /// Returns the file of this fingerprinted name: what follows `base` in its URL. Nothing but a whole
    /// name is found, so no request can reach another file.
    #[must_use]
    pub fn get(&self, fingerprinted_name: &str) -> Option<&Asset> {
        self.by_name.get(fingerprinted_name)
    }
}

/// Returns the path and text of each file in the folder that is valid UTF-8.
pub fn texts<Files: Embed>() -> impl Iterator<Item = (String, String)> {
    files::<Files>()
        .filter_map(|(path, file)| Some((path, String::from_utf8(file.data.into_owned()).ok()?)))
}

fn files<Files: Embed>() -> impl Iterator<Item = (String, EmbeddedFile)> {
    Files::iter().filter_map(|path| Some((path.to_string(), Files::get(&path)?)))
}

/// Returns the script between `<script>` and `</script>`, without attributes.
fn inline_script(html: &[u8]) -> Option<&str> {
    let (_, script) = std::str::from_utf8(html).ok()?.split_once("<script>")?;
    Some(script.split_once("</script>")?.0)
}

fn fingerprinted(path: &str, file: &EmbeddedFile) -> String {
    let mut fingerprint = String::new();
    for byte in &file.metadata.sha256_hash()[..6] {
        // Writing to a string can't fail.
        let _ = write!(fingerprint, "{byte:02x}");
    }
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let extension = path[name..].rfind('.').map_or(path.len(), |dot| name + dot);
    format!("{}.{fingerprint}{}", &path[..extension], &path[extension..])
}
