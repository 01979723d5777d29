//! The pages of a signed-in user.

use serde::Serialize;

use crate::session::{CurrentUser, SessionInfo};

#[derive(Serialize)]
pub(crate) struct AccountPage {
    signed_in_as: String,
    profile_id: String,
    connection_type: String,
    connection_id: String,
    organization_id: Option<String>,
    role: Option<String>,
    permissions: String,
    groups: String,
    profile_json: String,
    raw_attributes_json: String,
    device: String,
    address: String,
    /// `None` if the identity provider sent no name.
    name: Option<String>,
    initials: String,
    signed_in_at: i64,
    ends_at: i64,
}

template!(AccountPage, "account.html");

impl AccountPage {
    pub(crate) fn new(user: CurrentUser) -> Self {
        let CurrentUser { profile, session, .. } = user;
        let name = profile.full_name();
        Self {
            profile_json: pretty(&profile),
            raw_attributes_json: pretty(&profile.raw_attributes),
            initials: initials(name.as_deref(), &profile.email),
            name,
            signed_in_as: profile.email,
            profile_id: profile.id,
            connection_type: profile.connection_type,
            connection_id: profile.connection_id,
            organization_id: profile.organization_id,
            role: profile.role.map(|role| role.slug),
            permissions: profile.permissions.join(", "),
            groups: profile.groups.join(", "),
            device: session.device,
            address: session.ip,
            signed_in_at: session.created_at,
            ends_at: session.expires_at,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct AccountSessionsPage {
    signed_in_as: String,
    /// The number of sessions that have just ended.
    ended: Option<usize>,
    sessions: Vec<SessionEntry>,
}

template!(AccountSessionsPage, "account_sessions.html");

#[derive(Serialize)]
struct SessionEntry {
    id: String,
    device: String,
    address: String,
    /// How the user signed in. Empty if the session began before this was stored.
    method: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    is_this: bool,
}

impl AccountSessionsPage {
    pub(crate) fn new(
        user: &CurrentUser,
        sessions: Vec<SessionInfo>,
        ended: Option<usize>,
    ) -> Self {
        let entry = |session: SessionInfo| {
            let is_this = session.id == user.session.id;
            let method = if is_this { user.method().name().to_owned() } else { session.method };
            SessionEntry {
                is_this,
                id: session.id,
                device: session.device,
                address: session.ip,
                method,
                created_at: session.created_at,
                last_seen_at: session.last_seen_at,
                expires_at: session.expires_at,
            }
        };
        let sessions = sessions.into_iter().map(entry).collect();
        Self { signed_in_as: user.profile.email.clone(), ended, sessions }
    }
}

/// Returns one or two letters to show in place of a picture, from the name or else the address.
fn initials(name: Option<&str>, email: &str) -> String {
    let mailbox = email.split(['@', '+']).next().unwrap_or_default();
    let of = |words: &str| {
        let words = words.split(|c: char| !c.is_alphanumeric());
        let mut letters = words.filter_map(|word| word.chars().next()?.to_uppercase().next());
        let (first, last) = (letters.next(), letters.next_back());
        first.into_iter().chain(last).collect::<String>()
    };
    name.map(of).filter(|letters| !letters.is_empty()).unwrap_or_else(|| of(mailbox))
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
