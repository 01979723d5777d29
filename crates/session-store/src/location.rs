//! The location of a store.

use std::fmt;
use std::path::{Path, PathBuf};

#[cfg(feature = "redis")]
use crate::redis;
use crate::sqlite;

/// The location of a store: a folder on this machine, or a server that instances share.
#[derive(Clone)]
pub struct StoreLocation(pub(crate) Engine);

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(PathBuf),
    #[cfg(feature = "redis")]
    Redis(redis::Server),
}

/// How a store that instances share is reached and named.
#[derive(Clone, Debug)]
pub struct SharedOptions {
    /// What messages call the store, such as the name of the setting that has its URL. The URL itself
    /// is never shown, since it may hold a password.
    pub name: String,
    /// What every key begins with: letters, digits and `-_.:` only.
    pub key_prefix: String,
    /// Certificates in DER form that are trusted in addition to the system's.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Default for SharedOptions {
    fn default() -> Self {
        Self {
            name: "the store's URL".to_owned(),
            key_prefix: "session-store:".to_owned(),
            extra_roots: Vec::new(),
        }
    }
}

/// Why a URL isn't the location of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the location of the store {}", self.expected())]
#[non_exhaustive]
pub enum InvalidLocation {
    /// It isn't a URL of a supported kind, or has parts that can't work.
    Url,
    /// The key prefix has other characters than it may have.
    KeyPrefix,
    /// The program was built without the feature for it.
    NotBuilt,
}

impl InvalidLocation {
    /// Returns what a setting with the URL must be, as the continuation of a sentence: "… must be a URL".
    #[must_use]
    pub fn expected(self) -> &'static str {
        match self {
            Self::Url => {
                "must be a URL such as redis://host or rediss://user:password@host:6380/0, without #"
            }
            Self::KeyPrefix => "must have a key prefix of only letters, digits and -_.:",
            Self::NotBuilt => "requires a build with the feature redis",
        }
    }
}

impl StoreLocation {
    /// Returns a location in this folder, for a single process.
    #[must_use]
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self(Engine::Sqlite(folder.into()))
    }

    /// Returns the location that this URL names, for any number of instances: `redis://` or, with
    /// TLS, `rediss://`. Nothing is connected to yet.
    ///
    /// # Errors
    /// If the URL can't work.
    #[cfg(feature = "redis")]
    pub fn url(url: &str, options: SharedOptions) -> Result<Self, InvalidLocation> {
        redis::Server::new(url, options).map(|server| Self(Engine::Redis(server)))
    }

    /// Returns the location that this URL names, which is none without the feature `redis`.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "redis"))]
    pub fn url(_: &str, _: SharedOptions) -> Result<Self, InvalidLocation> {
        Err(InvalidLocation::NotBuilt)
    }

    /// Returns whether other instances may use the same store.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.as_folder().is_none()
    }

    /// Returns the folder, if it is one.
    #[must_use]
    pub fn as_folder(&self) -> Option<&Path> {
        match &self.0 {
            Engine::Sqlite(folder) => Some(folder),
            #[cfg(feature = "redis")]
            Engine::Redis(_) => None,
        }
    }

    /// Returns whether there is a store, as far as is known without connecting to it.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.as_folder().is_none_or(|folder| folder.join(sqlite::FILE).exists())
    }

    /// Queries whether a shared store may evict sessions when its memory is full. `None` for a folder.
    pub async fn eviction(&self) -> Option<Eviction> {
        match &self.0 {
            Engine::Sqlite(_) => None,
            #[cfg(feature = "redis")]
            Engine::Redis(server) => Some(redis::eviction(server).await),
        }
    }
}

/// The file's path, or the name of a shared store, never its URL.
impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Engine::Sqlite(folder) => folder.join(sqlite::FILE).display().fmt(f),
            #[cfg(feature = "redis")]
            Engine::Redis(server) => f.write_str(&server.name),
        }
    }
}

impl fmt::Debug for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a shared store does when its memory is full.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Eviction {
    /// It refuses writes and evicts nothing, as a session store must.
    Off,
    /// Its memory has no limit.
    Unlimited,
    /// It evicts sessions, by this policy.
    On(String),
    /// It can't be reached, or its user isn't allowed to query the policy.
    Unknown,
}
