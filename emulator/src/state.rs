//! Everything one stand-in remembers, and its clock.

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

/// Where it is reached.
pub(crate) struct Urls {
    /// What an app is given for WorkOS's address.
    pub(crate) base: String,
    /// The same server by another name: to a browser, another origin.
    pub(crate) identity_provider: String,
    pub(crate) smtp: String,
}

/// What WorkOS would call an environment: its settings and its records.
pub(crate) struct Environment {
    pub(crate) options: Options,
    pub(crate) urls: Urls,
    pub(crate) templates: Tera,
    /// Those that it was started with. A reset brings them back as they were, ids and all.
    first_connections: Vec<Connection>,
    store: Mutex<Store>,
}

impl Environment {
    pub(crate) fn new(options: Options, urls: Urls) -> io::Result<Self> {
        let environment = Self {
            first_connections: sso_connections::of_options(&options)?,
            options,
            urls,
            templates: pages::load_templates().map_err(io::Error::other)?,
            store: Mutex::default(),
        };
        *environment.store() = environment.first_store();
        Ok(environment)
    }

    /// The records at the beginning.
    pub(crate) fn first_store(&self) -> Store {
        Store { connections: self.first_connections.clone(), ..Store::default() }
    }

    /// A path on the origin of the identity provider.
    pub(crate) fn at_identity_provider(&self, path: &str) -> String {
        format!("{}{path}", self.urls.identity_provider)
    }

    /// The records. A handler that panicked must not take the stand-in with it, so a poisoned
    /// lock is opened all the same.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses a call that doesn't carry the API key.
    pub(crate) fn require_api_key(&self, request: &HttpRequest) -> Result<(), ApiError> {
        match bearer(request) {
            Some(key) if key == self.options.api_key => Ok(()),
            _ => Err(ApiError::Unauthorized),
        }
    }

    /// The organization that owns a domain, if one was given.
    pub(crate) fn organization_of(&self, domain: &str) -> Option<String> {
        self.options.organization_of(domain)
    }
}

/// The records of an environment. One lock holds them all: a link or a code that two requests
/// present at once is spent by exactly one of them.
#[derive(Default)]
pub(crate) struct Store {
    clock_ahead: Duration,
    /// By id.
    pub(crate) sessions: HashMap<String, PasswordlessSession>,
    /// Session ids by the token in their link.
    pub(crate) session_by_token: HashMap<String, String>,
    /// Oldest first.
    pub(crate) connections: Vec<Connection>,
    /// Profile ids by connection and normalized address.
    pub(crate) profile_ids: HashMap<(String, String), String>,
    pub(crate) sign_ins: SignIns,
    pub(crate) codes: HashMap<String, AuthorizationCode>,
    pub(crate) access_tokens: HashMap<String, AccessToken>,
    pub(crate) magic_auths: MagicAuths,
    pub(crate) mails: Mails,
    pub(crate) requests: RequestLog,
    pub(crate) smtp_log: SmtpLog,
    pub(crate) hooks: Hooks,
}

impl Store {
    /// What time it is here: the machine's time, moved by what tests have asked for.
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.clock_ahead
    }

    /// Moves the clock; false when that would leave the years that can be written down.
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

/// A time as the API writes it: `2026-11-22T13:57:04.218Z`.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    time.format(&ISO_8601).unwrap_or_default()
}

/// The token in `Authorization: Bearer …`.
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
