//! What an error of Redis means, and what to do about it.

use redis::{ErrorKind, RedisError};

pub(super) const CLUSTER: &str =
    "this Redis runs in cluster mode, which isn't supported: point SESSION_STORE at one without it";
pub(super) const NO_DATABASE: &str = "this Redis doesn't have the database number in SESSION_STORE: \
     use a lower one, or raise its setting databases";
const ACL: &str = "the ACL of the user in SESSION_STORE doesn't allow a command or key that is \
     needed: give it the rule in deploy/redis.acl";

/// What failed, and the remedy if there is a known one. A server's text is compared, never shown: it
/// may quote what it was sent.
pub(super) fn describe(error: &RedisError) -> String {
    let code = match error.kind() {
        ErrorKind::Io => return error.to_string(),
        ErrorKind::AuthenticationFailed => "WRONGPASS",
        _ => error.code().unwrap_or(error.category()),
    };
    let meaning = meaning(code, error.detail().unwrap_or_default());
    meaning.map_or_else(|| code.to_owned(), |meaning| format!("{code}: {meaning}"))
}

#[rustfmt::skip]
fn meaning(code: &str, text: &str) -> Option<&'static str> {
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    Some(match code {
        "MOVED" | "ASK" | "TRYAGAIN" | "CROSSSLOT" | "CLUSTERDOWN" => CLUSTER,
        "ERR" if says(&["non local key", "in cluster mode"]) => CLUSTER,
        "ERR" if says(&["DB index is out of range"]) => NO_DATABASE,
        "ERR" if says(&["no permissions", "user executing the script", "ACL failure"]) => ACL,
        "NOPERM" => ACL,
        "NOAUTH" => "this Redis wants a password: add it to SESSION_STORE",
        "WRONGPASS" => "this Redis refuses the user or password in SESSION_STORE",
        "READONLY" => "this Redis is a replica: point SESSION_STORE at the primary",
        "MASTERDOWN" => "this Redis is a replica that has lost its primary: point SESSION_STORE at the primary",
        "NOREPLICAS" => "too few of its replicas are connected (min-replicas-to-write): restore them",
        "OOM" => "its memory is full: raise maxmemory; sessions need maxmemory-policy noeviction",
        "MISCONF" => "it can't save to its disk, so it refuses writes: see its log, and free space there",
        "LOADING" => "it is still loading its data: wait",
        "WRONGTYPE" => "another application uses keys that begin with magic-link:",
        _ => return None,
    })
}
