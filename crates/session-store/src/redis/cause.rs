//! Causes of Redis errors, and their remedies.

use redis::{ErrorKind, RedisError};

pub(super) const CLUSTER: &str =
    "this Redis runs in cluster mode, which isn't supported: point {name} at one without it";
pub(super) const NO_DATABASE: &str = "this Redis doesn't have the database number in {name}: \
     use a lower one, or raise its setting databases";
const ACL: &str = "the ACL of the user in {name} doesn't allow a command or key that is needed: \
     give it the rule resetchannels -@all +evalsha +script|load +select +info +exists +del +expire \
     +get +set +hget +hmget +hset +scan +zadd +zcount +zrange +zrangebyscore +zrem +zrevrange, and \
     the keys of this application";

/// Returns what failed, and the remedy if one is known. `name` is the name of the store. The
/// server's text is compared but never shown, because it may quote the request.
pub(super) fn describe(error: &RedisError, name: &str) -> String {
    if error.kind() == ErrorKind::Io {
        return error.to_string();
    }
    let code = code(error);
    let remedy = remedy(error).map(|remedy| remedy.replace("{name}", name));
    remedy.map_or_else(|| code.to_owned(), |remedy| format!("{code}: {remedy}"))
}

fn code(error: &RedisError) -> &str {
    match error.kind() {
        ErrorKind::AuthenticationFailed => "WRONGPASS",
        _ => error.code().unwrap_or(error.category()),
    }
}

#[rustfmt::skip]
pub(super) fn remedy(error: &RedisError) -> Option<&'static str> {
    let text = error.detail().unwrap_or_default();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    Some(match code(error) {
        _ if error.kind() == ErrorKind::Io => return None,
        "MOVED" | "ASK" | "TRYAGAIN" | "CROSSSLOT" | "CLUSTERDOWN" => CLUSTER,
        "ERR" if says(&["non local key", "in cluster mode"]) => CLUSTER,
        "ERR" if says(&["DB index is out of range"]) => NO_DATABASE,
        "ERR" if says(&["no permissions", "user executing the script", "ACL failure"]) => ACL,
        "NOPERM" => ACL,
        "NOAUTH" => "this Redis requires a password: add it to {name}",
        "WRONGPASS" => "this Redis rejects the user or password in {name}",
        "READONLY" => "this Redis is a replica: point {name} at the primary",
        "MASTERDOWN" => "this Redis is a replica that has lost its primary: point {name} at the primary",
        "NOREPLICAS" => "too few of its replicas are connected (min-replicas-to-write): restore them",
        "OOM" => "its memory is full: raise maxmemory; sessions need maxmemory-policy noeviction",
        "MISCONF" => "it can't save to its disk, so it rejects writes: see its log, and free disk space",
        "LOADING" => "it is still loading its data: wait",
        "WRONGTYPE" => "another application uses keys of the same prefix",
        _ => return None,
    })
}
