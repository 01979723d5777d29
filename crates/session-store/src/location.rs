//! The location of a store.

use std::fmt;
use std::path::{Path, PathBuf};

#[cfg(feature = "redis")]
use crate::redis;
use crate::sqlite;

/// The location of a store: a folder on this machine, or a server shared by instances.
#[derive(Clone)]
pub struct StoreLocation(pub(crate) Engine);

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(PathBuf),
    #[cfg(feature = "redis")]
    Redis(redis::Server),
}

/// Options of a shared store.
#[derive(Clone, Debug)]
pub struct SharedOptions {
    /// The name of the store in messages, such as that of the setting with its URL. The URL is
    /// never shown, since it may contain a password.
    pub name: String,
    /// The prefix of all keys. May contain only letters, digits and `-_.:`.
    pub key_prefix: String,
    /// Root certificates in DER form, trusted in addition to the system's.
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

/// Why a store location is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the location of the store {}", self.expected())]
#[non_exhaustive]
pub enum InvalidLocation {
    /// The URL has an unsupported scheme or unusable parts.
    Url,
    /// The key prefix contains characters that aren't allowed.
    KeyPrefix,
    /// The program was built without the required feature.
    NotBuilt,
}

impl InvalidLocation {
    /// Returns what the setting with the URL must be, to complete a sentence: "… must be a URL".
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
    /// Returns a location in this folder, for one process.
    #[must_use]
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self(Engine::Sqlite(folder.into()))
    }

    /// Returns the location at this URL, for any number of instances: `redis://`, or `rediss://`
    /// for TLS. Doesn't connect yet.
    ///
    /// # Errors
    /// Fails if the URL is invalid.
    #[cfg(feature = "redis")]
    pub fn url(url: &str, options: SharedOptions) -> Result<Self, InvalidLocation> {
        redis::Server::new(url, options).map(|server| Self(Engine::Redis(server)))
    }

    /// Fails, because the feature `redis` is disabled.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "redis"))]
    pub fn url(_: &str, _: SharedOptions) -> Result<Self, InvalidLocation> {
        Err(InvalidLocation::NotBuilt)
    }

    /// Returns whether several instances can use the store.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.as_folder().is_none()
    }

    /// Returns the folder of an embedded store.
    #[must_use]
    pub fn as_folder(&self) -> Option<&Path> {
        match &self.0 {
            Engine::Sqlite(folder) => Some(folder),
            #[cfg(feature = "redis")]
            Engine::Redis(_) => None,
        }
    }

    /// Returns whether the store exists, as far as is known without connecting.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.as_folder().is_none_or(|folder| folder.join(sqlite::FILE).exists())
    }

    /// Queries whether a shared store may evict sessions when its memory is full. Returns `None`
    /// for a folder.
    pub async fn eviction(&self) -> Option<Eviction> {
        match &self.0 {
            Engine::Sqlite(_) => None,
            #[cfg(feature = "redis")]
            Engine::Redis(server) => Some(redis::eviction(server).await),
        }
    }
}

/// Shows the path of the file, or the name of a shared store, but never its URL.
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
    /// It rejects writes and evicts nothing, as a session store must.
    Off,
    /// Its memory has no limit.
    Unlimited,
    /// It evicts sessions according to this policy.
    On(String),
    /// It can't be reached, or its user may not query the policy.
    Unknown,
}
