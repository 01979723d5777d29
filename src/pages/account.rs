//! The pages of whoever is signed in.

use serde::Serialize;

use super::Page;
use crate::session::{CurrentUser, SessionInfo};
use crate::workos::Profile;

#[derive(Serialize)]
pub(crate) struct AccountPage {
    signed_in_as: String,
    profile_id: String,
    connection_type: String,
    connection_id: String,
    organization_id: Option<String>,
    role: Option<String>,
    groups: String,
    profile_json: String,
    raw_attributes_json: String,
    device: String,
    address: String,
    /// `None` where the identity provider tells none.
    name: Option<String>,
    initials: String,
    signed_in_at: i64,
    ends_at: i64,
}

impl Page for AccountPage {
    const TEMPLATE: &'static str = "account.html";
}

impl AccountPage {
    pub(crate) fn new(user: CurrentUser) -> Self {
        let CurrentUser { profile, session, .. } = user;
        let name = name(&profile);
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
    sessions: Vec<SessionEntry>,
}

#[derive(Serialize)]
struct SessionEntry {
    id: String,
    device: String,
    address: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
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
            address: session.ip,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
        };
        let sessions = sessions.into_iter().map(entry).collect();
        Self { signed_in_as: user.profile.email.clone(), sessions }
    }
}

fn name(profile: &Profile) -> Option<String> {
    let parts = [&profile.first_name, &profile.last_name].map(|part| part.as_deref());
    let parts = parts.map(Option::unwrap_or_default).join(" ");
    let whole = profile.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let name = whole.unwrap_or(parts.trim());
    (!name.is_empty()).then(|| name.to_owned())
}

/// One or two letters for the person, in place of a picture: of the name, or of the address.
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
