//! The pages of whoever is signed in.

use serde::Serialize;

use super::Page;
use super::words::utc;
use crate::session::{CurrentUser, SessionInfo};
use crate::workos::Profile;

#[derive(Serialize)]
pub(crate) struct AccountPage {
    signed_in_as: String,
    profile: Profile,
    profile_json: String,
    raw_attributes_json: String,
    device: String,
    address: String,
    signed_in_at: String,
    ends_at: String,
}

impl Page for AccountPage {
    const TEMPLATE: &'static str = "account.html";
}

impl AccountPage {
    pub(crate) fn new(user: CurrentUser) -> Self {
        Self {
            signed_in_as: user.profile.email.clone(),
            profile_json: pretty(&user.profile),
            raw_attributes_json: pretty(&user.profile.raw_attributes),
            device: user.session.device,
            address: user.session.address,
            signed_in_at: utc(user.session.created_at),
            ends_at: utc(user.session.expires_at),
            profile: user.profile,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct AccountSessionsPage {
    signed_in_as: String,
    sessions: Vec<SessionEntry>,
}

#[derive(Serialize)]
struct SessionEntry {
    id: String,
    device: String,
    address: String,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    is_this: bool,
}

impl Page for AccountSessionsPage {
    const TEMPLATE: &'static str = "account_sessions.html";
}

impl AccountSessionsPage {
    pub(crate) fn new(user: &CurrentUser, sessions: Vec<SessionInfo>) -> Self {
        let entry = |session: SessionInfo| SessionEntry {
            is_this: session.id == user.session.id,
            id: session.id,
            device: session.device,
            address: session.address,
            created_at: utc(session.created_at),
            last_seen_at: utc(session.last_seen_at),
            expires_at: utc(session.expires_at),
        };
        let sessions = sessions.into_iter().map(entry).collect();
        Self { signed_in_as: user.profile.email.clone(), sessions }
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
