//! Templates, messages and static files: part of the program in release, read from disk in debug, so that
//! a change shows after a restart without a compilation.

use rust_embed::Embed;

#[derive(Embed)]
#[folder = "templates/"]
pub(super) struct TemplateFiles;

#[derive(Embed)]
#[folder = "locales/"]
pub(super) struct LocaleFiles;

#[derive(Embed)]
#[folder = "static/"]
pub(crate) struct StaticFiles;
