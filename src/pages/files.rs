//! Templates, messages and static files: part of the program in release builds, read from disk in debug
//! builds.

use embedded_assets::Assets;
use rust_embed::Embed;
use tera::Context;

use crate::pages::templates::Locales;

#[derive(Embed)]
#[folder = "templates/"]
pub(super) struct TemplateFiles;

#[derive(Embed)]
#[folder = "locales/"]
pub(super) struct LocaleFiles;

#[derive(Embed)]
#[folder = "static/"]
pub(super) struct StaticFiles;

/// The files, loaded.
pub(crate) struct Files {
    pub(crate) assets: Assets,
    pub(crate) locales: Locales,
}

impl Files {
    /// Loads them. `constants` are the same on every page.
    pub(crate) fn load(constants: &Context) -> anyhow::Result<Self> {
        let assets = Assets::load::<StaticFiles>("/static/");
        let locales = Locales::load(&assets, constants)?;
        Ok(Self { assets, locales })
    }
}
