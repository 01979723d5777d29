//! Templates, messages and static files. Release builds embed them. Debug builds read them from
//! disk, so that a change needs a restart but no compilation.

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
