//! The state of an emulator: its options, records and clock.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpRequest;
use actix_web::http::header;
use tera::Tera;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use crate::Options;
use crate::authenticate::PendingAuthentications;
use crate::connections::Connection;
use crate::errors::ApiError;
use crate::hooks::Hooks;
use crate::magic_auth::MagicAuths;
use crate::mail::Mails;
use crate::pages;
use crate::passwordless::PasswordlessSession;
use crate::request_log::RequestLog;
use crate::smtp::SmtpLog;
use crate::sso_connections;
use crate::sso_sign_in::SignIns;
use crate::token::{AccessToken, AuthorizationCode};

const ISO_8601: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The addresses of the servers.
pub(crate) struct Urls {
    /// The URL of the emulated WorkOS API.
    pub(crate) base: String,
    /// The same server under another host name, which makes it a separate origin in browsers.
    pub(crate) identity_provider: String,
    pub(crate) smtp: String,
}

/// An environment (the term of WorkOS): options and records.
pub(crate) struct Environment {
    pub(crate) options: Options,
    pub(crate) urls: Urls,
    pub(crate) templates: Tera,
    /// Restored by a reset, with the same IDs.
    initial_connections: Vec<Connection>,
    store: Mutex<Store>,
}

impl Environment {
    pub(crate) fn new(options: Options, urls: Urls) -> io::Result<Self> {
        let environment = Self {
            initial_connections: sso_connections::from_options(&options)?,
            options,
            urls,
            templates: pages::load_templates().map_err(io::Error::other)?,
            store: Mutex::default(),
        };
        *environment.store() = environment.initial_store();
        Ok(environment)
    }

    /// Returns the records at the start.
    pub(crate) fn initial_store(&self) -> Store {
        Store { connections: self.initial_connections.clone(), ..Store::default() }
    }

    /// Returns the URL of a path at the identity provider.
    pub(crate) fn at_identity_provider(&self, path: &str) -> String {
        format!("{}{path}", self.urls.identity_provider)
    }

    /// Locks the records. Ignores poisoning, so that the emulator survives a panic in a handler.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns an error if the request lacks the API key.
    pub(crate) fn require_api_key(&self, request: &HttpRequest) -> Result<(), ApiError> {
        match bearer(request) {
            Some(key) if key == self.options.api_key => Ok(()),
            _ => Err(ApiError::Unauthorized),
        }
    }

    /// Returns the organization that owns a domain.
    pub(crate) fn organization_of(&self, domain: &str) -> Option<String> {
        self.options.organization_of(domain)
    }
}

/// The records of an environment. A single lock guards them, so that only one of two concurrent
/// requests can redeem a link or a code.
#[derive(Default)]
pub(crate) struct Store {
    clock_ahead: Duration,
    /// Keyed by ID.
    pub(crate) sessions: HashMap<String, PasswordlessSession>,
    /// Session IDs, keyed by the token in the link.
    pub(crate) session_by_token: HashMap<String, String>,
    /// Oldest first.
    pub(crate) connections: Vec<Connection>,
    /// Profile IDs, keyed by connection and normalized email address.
    pub(crate) profile_ids: HashMap<(String, String), String>,
    pub(crate) sign_ins: SignIns,
    pub(crate) codes: HashMap<String, AuthorizationCode>,
    pub(crate) access_tokens: HashMap<String, AccessToken>,
    pub(crate) magic_auths: MagicAuths,
    pub(crate) pending_authentications: PendingAuthentications,
    pub(crate) mails: Mails,
    pub(crate) requests: RequestLog,
    pub(crate) smtp_log: SmtpLog,
    pub(crate) hooks: Hooks,
}

impl Store {
    /// Returns the emulator's time: the system time plus what tests have added.
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.clock_ahead
    }

    /// Moves the clock. Returns false if the result would be outside the years 1971 to 9000.
    pub(crate) fn advance_clock(&mut self, by: Duration) -> bool {
        let Some(ahead) = self.clock_ahead.checked_add(by) else {
            return false;
        };
        let moved = OffsetDateTime::now_utc().checked_add(ahead);
        let possible = moved.is_some_and(|now| (1971..=9000).contains(&now.year()));
        if possible {
            self.clock_ahead = ahead;
        }
        possible
    }
}

/// Formats a time as the API does: `2026-11-22T13:57:04.218Z`.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    time.format(&ISO_8601).unwrap_or_default()
}

/// Returns the token in `Authorization: Bearer …`.
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
