#![doc = include_str!("../README.md")]

use std::cell::Cell;
use std::error::Error as StdError;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The mode bit for write access by users other than the owner and the group.
pub const WRITE_OF_OTHERS: u32 = 0o002;

/// Why the directory, or a file in it, can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory or a file can't be created, read or locked.
    #[error("{what}")]
    Io {
        /// The operation that failed, as a sentence.
        what: String,
        /// The cause.
        source: io::Error,
    },
    /// Every user of the machine may write to the directory.
    #[error("{name} is world-writable: run chmod o-w {}", path.display())]
    WorldWritable {
        /// What the directory is called.
        name: &'static str,
        /// Its path.
        path: PathBuf,
    },
    /// Another process has the lock.
    #[error("another process is using {name} {}", path.display())]
    Locked {
        /// What the directory is called.
        name: &'static str,
        /// Its path.
        path: PathBuf,
    },
    /// The text of a new file could not be generated.
    #[error(transparent)]
    Create(Box<dyn StdError + Send + Sync>),
}

/// A directory for a program's files. It is created when it is first used.
#[derive(Debug)]
pub struct PrivateDir {
    path: PathBuf,
    name: &'static str,
    may_be_world_writable: bool,
    is_open: Cell<bool>,
}

impl PrivateDir {
    /// Creates a value for this path, but not yet the directory. Error messages use `name`.
    pub fn new(path: impl Into<PathBuf>, name: &'static str) -> Self {
        let is_open = Cell::new(false);
        Self { path: path.into(), name, may_be_world_writable: false, is_open }
    }

    /// Only warns if the directory is world-writable. Use this for development.
    #[must_use]
    pub fn allow_world_writable(self) -> Self {
        Self { may_be_world_writable: true, ..self }
    }

    /// Locks the directory until the file is dropped. No other process can lock it meanwhile.
    ///
    /// # Errors
    /// Fails if another process has the lock, or the directory can't be used.
    pub fn lock(&self) -> Result<File, Error> {
        let path = self.open()?.join("lock");
        let shown = path.display();
        let lock = private()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(because(format!("could not create {shown}")))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::Locked { name: self.name, path: self.path.clone() },
            TryLockError::Error(error) => because(format!("could not lock {shown}"))(error),
        })?;
        Ok(lock)
    }

    /// Returns the text and the path of this file. If it doesn't exist, creates it with the result
    /// of `make`.
    ///
    /// # Errors
    /// Fails if the directory or the file can't be used, or `make` fails.
    pub fn read_or_create(
        &self,
        file: &str,
        make: impl FnOnce() -> Result<String, Box<dyn StdError + Send + Sync>>,
    ) -> Result<(String, PathBuf), Error> {
        let path = self.open()?.join(file);
        let shown = path.display();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let text = make().map_err(Error::Create)?;
                create(&path, &text).map_err(because(format!("could not write {shown}")))?
            }
            text => text.map_err(because(format!("could not read {shown}")))?,
        };
        Ok((text, path))
    }

    /// Creates the directory if it doesn't exist. Checks its mode on the first call.
    fn open(&self) -> Result<&Path, Error> {
        if !self.is_open.get() {
            let (name, shown) = (self.name, self.path.display());
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.path)
                .map_err(because(format!("could not create {name} {shown}")))?;
            self.check_mode()?;
            self.is_open.set(true);
        }
        Ok(&self.path)
    }

    /// Fails if the directory is world-writable, because any user could then create files in it,
    /// even with the sticky bit. Group write access is allowed.
    fn check_mode(&self) -> Result<(), Error> {
        let (name, path) = (self.name, self.path.clone());
        let found = fs::metadata(&path)
            .map_err(because(format!("could not read {name} {}", path.display())))?;
        if found.permissions().mode() & WRITE_OF_OTHERS == 0 {
            return Ok(());
        }
        let error = Error::WorldWritable { name, path };
        if !self.may_be_world_writable {
            return Err(error);
        }
        tracing::warn!(event = "data_dir_world_writable", "{error}");
        Ok(())
    }
}

fn because(what: String) -> impl FnOnce(io::Error) -> Error {
    |source| Error::Io { what, source }
}

/// Writes the file atomically, because a truncated key would make every later start fail. If
/// another process has created the file meanwhile, returns its text.
fn create(path: &Path, text: &str) -> io::Result<String> {
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
