//! Where sessions are kept.

use std::fmt;
use std::path::PathBuf;

#[cfg(feature = "redis")]
use super::redis;
use super::sqlite;
use crate::outgoing::ExtraRoots;

/// Where sessions are kept.
#[derive(Clone)]
pub enum Place {
    /// In this folder, by this one process.
    Embedded(PathBuf),
    /// In the Redis or Valkey of this client, for as many instances as there are.
    #[cfg(feature = "redis")]
    Redis(std::sync::Arc<::redis::Client>),
}

impl Place {
    /// The place that this URL names.
    ///
    /// # Errors
    /// What the URL must be.
    #[cfg(feature = "redis")]
    pub(crate) fn shared(url: &str, extra_roots: &ExtraRoots) -> Result<Self, &'static str> {
        redis::client(url, extra_roots)
            .map(Self::Redis)
            .ok_or("is a URL such as redis://host or rediss://user:password@host:6380/0, without #")
    }

    /// The place that this URL names: none that this program can reach.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "redis"))]
    pub(crate) fn shared(_: &str, _: &ExtraRoots) -> Result<Self, &'static str> {
        Err("needs a program that was built with the feature redis")
    }

    /// Whether other instances of this app work in the same place.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Embedded(_) => false,
            #[cfg(feature = "redis")]
            Self::Redis(_) => true,
        }
    }
}

/// As an operator is told of it: without the URL, which may hold a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded(folder) => folder.join(sqlite::FILE).display().fmt(f),
            #[cfg(feature = "redis")]
            Self::Redis(_) => f.write_str("SESSION_STORE"),
        }
    }
}
