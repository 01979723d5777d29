//! The folder for what this program keeps: readable by its own user only. Where nothing is kept, it is
//! neither made nor needed.

use std::cell::Cell;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

/// The key that is made for development.
pub(crate) const KEY_FILE: &str = "cookie.key";

/// In a mode: users who are neither the owner nor of the group may write.
pub(crate) const WRITE_OF_OTHERS: u32 = 0o002;

pub(crate) struct DataDir {
    path: PathBuf,
    is_public: bool,
    is_open: Cell<bool>,
}

impl DataDir {
    /// `is_public` says whether others than the developer reach this site.
    pub(crate) fn new(path: &Path, is_public: bool) -> Self {
        Self { path: path.to_owned(), is_public, is_open: Cell::new(false) }
    }

    /// Makes it, when something is to be kept there for the first time.
    fn open(&self) -> anyhow::Result<&Path> {
        if !self.is_open.get() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.path)
                .with_context(|| format!("DATA_DIR {} can't be made", self.path.display()))?;
            self.refuse_world_writable()?;
            self.is_open.set(true);
        }
        Ok(&self.path)
    }

    /// Refuses a world-writable folder: any user of this machine could put sessions or a key of their
    /// own there, which the sticky bit doesn't prevent. A group may write. For development, a warning
    /// is enough.
    fn refuse_world_writable(&self) -> anyhow::Result<()> {
        let folder = self.path.display();
        let found = fs::metadata(&self.path).with_context(|| format!("DATA_DIR {folder}"))?;
        if found.permissions().mode() & WRITE_OF_OTHERS == 0 {
            return Ok(());
        }
        let why = format!("DATA_DIR is world-writable: run chmod o-w {folder}");
        if self.is_public {
            bail!(why);
        }
        tracing::warn!("{why}");
        Ok(())
    }

    /// Keeps every other process from serving from this folder, while the file is open.
    pub(crate) fn lock(&self) -> anyhow::Result<File> {
        let path = self.open()?.join("lock");
        let open = private().create(true).truncate(false).write(true).open(&path);
        let lock = open.with_context(|| format!("{} can't be made", path.display()))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                anyhow!("another process serves from DATA_DIR {}", self.path.display())
            }
            TryLockError::Error(error) => anyhow!("{} can't be locked: {error}", path.display()),
        })?;
        Ok(lock)
    }

    /// The text kept under this name, and its file; the first time, what `make` makes.
    pub(crate) fn kept(
        &self,
        name: &str,
        make: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<(String, PathBuf)> {
        let path = self.open()?.join(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let text = make()?;
                keep(&path, &text)
                    .with_context(|| format!("{} can't be written", path.display()))?
            }
            Err(error) => {
                return Err(error).with_context(|| format!("{} can't be read", path.display()));
            }
        };
        Ok((text, path))
    }
}

/// Keeps the text whole or not at all: half a key would be found damaged at every later start. Of
/// two processes that share the folder and start at once, both get what the first one kept.
fn keep(path: &Path, text: &str) -> std::io::Result<String> {
    let unfinished = path.with_extension(format!("unfinished-{}", std::process::id()));
    let mut file = private().create(true).truncate(true).write(true).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::read_to_string(path),
        linked => linked.map(|()| text.to_owned()),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}
