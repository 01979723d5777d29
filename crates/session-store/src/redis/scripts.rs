//! The operations in Redis, one atomic script each.
//!
//! A session has two keys:
//!
//! - `session:` has the dates and, if the session was ended, the reason. It is kept until the
//!   cookie has expired, so that the reason can be shown.
//! - `personal:` has the user and the values. It is deleted when the session ends, or by its TTL.
//!   Without it, the session has ended.
//!
//! Three kinds of sets list sessions:
//!
//! - `sessions-of:` has those of a user, and `sessions-of-email:` those of an email address, in the
//!   order in which they began.
//! - `alive` has all sessions that haven't ended, by when they will, to count them.

use redis::Script;

/// Functions shared by the scripts. `PREFIX` is replaced. TTLs are a minute longer than lifetimes,
/// for instances whose clocks differ: the dates decide what has expired.
const SHARED: &str = "
    local function row(session) return 'PREFIXsession:' .. session end
    local function personal(session) return 'PREFIXpersonal:' .. session end
    local function sessions(set) return 'PREFIXsessions-' .. set end
    local function claim(name) return 'PREFIXclaim:' .. name end
    local function kept(name) return 'PREFIXkept:' .. name end
    local function limit(counted) return 'PREFIXlimit:' .. counted end
    local alive = 'PREFIXalive'
    local function ttl(from, to) return math.max(to - from, 0) + 60 end

    local function lives(session)
        return redis.call('EXISTS', personal(session), row(session)) == 2
    end

    local function forget_personal(session)
        for _, set in ipairs(redis.call('HMGET', personal(session), 'by_person', 'by_email')) do
            if set then redis.call('ZREM', sessions(set), session) end
        end
        redis.call('DEL', personal(session))
        redis.call('ZREM', alive, session)
    end

    local function finish(session, why)
        forget_personal(session)
        redis.call('HSET', row(session), 'ended', why)
    end

    local function forget(session)
        forget_personal(session)
        redis.call('DEL', row(session))
    end

    -- Adds a session to a set, as its newest.
    local function add_to(set, session, lifetime)
        for _, one in ipairs(redis.call('ZRANGE', sessions(set), 0, -1)) do
            if not lives(one) then redis.call('ZREM', sessions(set), one) end
        end
        local last = redis.call('ZREVRANGE', sessions(set), 0, 0, 'WITHSCORES')[2] or 0
        redis.call('ZADD', sessions(set), last + 1, session)
        redis.call('EXPIRE', sessions(set), lifetime)
    end

    local function fields(session)
        local found = redis.call('HMGET', row(session), 'id', 'created_at', 'last_seen_at', 'ended',
            'idle_timeout', 'absolute_timeout')
        local kept = redis.call('HMGET', personal(session), 'person', 'device', 'address', 'method',
            'values')
        for _, value in ipairs(kept) do table.insert(found, value) end
        return found
    end

    -- Ends a session that is alive by its dates, too; returns how many it ended.
    local function finish_one(session, now, why, only, but)
        if not lives(session) then return 0 end
        local found = redis.call('HMGET', row(session), 'id', 'ends_at')
        if tonumber(found[2]) <= tonumber(now) then return 0 end
        if (only ~= '' and found[1] ~= only) or (but ~= '' and found[1] == but) then return 0 end
        finish(session, why)
        return 1
    end
";

/// Defines a struct with one script for each field, for keys with one prefix.
macro_rules! scripts {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        pub(super) struct Scripts {
            $($(#[$doc])* pub(super) $name: Script,)*
        }

        impl Scripts {
            pub(super) fn new(key_prefix: &str) -> Self {
                let shared = SHARED.replace("PREFIX", key_prefix);
                let script = |code: &str| Script::new(&format!("{shared}{code}"));
                Self { $($name: script($code),)* }
            }
        }
    };
}

scripts! {
    ping = "return 1";

    /// Runs every command of the other scripts, so that a missing permission is noticed
    /// immediately. `SET` comes first, because a full memory rejects only the first write of a
    /// script. In a cluster, some of these keys belong to other nodes, like those of a session.
    try_write = "
    for number = 1, 16 do
        local key, set = kept('trial:' .. number), sessions('trial:' .. number)
        for _, command in ipairs({
            { 'SET', key, '', 'EX', 60 }, { 'DEL', key, set }, { 'EXISTS', key }, { 'GET', key },
            { 'HGET', key, 'field' }, { 'HMGET', key, 'field' }, { 'SCAN', 0, 'COUNT', 1 },
            { 'ZCOUNT', set, 0, 1 }, { 'ZRANGE', set, 0, 1 }, { 'ZREVRANGE', set, 0, 1 },
            { 'ZRANGEBYSCORE', set, 0, 1 }, { 'ZREM', set, 'member' }, { 'EXPIRE', key, 60 },
            { 'HSET', key, 'field', '' }, { 'DEL', key }, { 'ZADD', set, 1, 'member' }, { 'DEL', set },
        }) do
            redis.call(unpack(command))
        end
    end";

    find = "return fields(ARGV[1])";

    /// Returns the newest session first.
    list = "
    local listed = {}
    for _, session in ipairs(redis.call('ZREVRANGE', sessions(ARGV[1]), 0, -1)) do
        if lives(session) then table.insert(listed, fields(session)) end
    end
    return listed";

    count = "return redis.call('ZCOUNT', alive, '(' .. ARGV[1], '+inf')";

    insert = "
    local session, replaced, id, created_at, ends_at = unpack(ARGV, 1, 5)
    local device, address, values, by_person, by_email, person = unpack(ARGV, 6, 11)
    local at_most, why, tombstone_lifetime = unpack(ARGV, 12, 14)
    local method, idle_timeout, absolute_timeout = unpack(ARGV, 15, 17)
    if replaced ~= '' then forget(replaced) end
    redis.call('HSET', row(session), 'id', id, 'created_at', created_at,
        'last_seen_at', created_at, 'ends_at', ends_at, 'idle_timeout', idle_timeout,
        'absolute_timeout', absolute_timeout)
    redis.call('EXPIRE', row(session), tombstone_lifetime)
    redis.call('HSET', personal(session), 'device', device, 'address', address, 'method', method,
        'values', values)
    redis.call('EXPIRE', personal(session), ttl(created_at, ends_at))
    redis.call('ZADD', alive, ends_at, session)
    redis.call('EXPIRE', alive, tombstone_lifetime)
    -- Some that have expired, so that they don't pile up; not all, since other scripts wait.
    for _, expired in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', created_at, 'LIMIT', 0, 10)) do
        redis.call('ZREM', alive, expired)
    end
    if by_email ~= '' then
        redis.call('HSET', personal(session), 'by_email', by_email)
        add_to(by_email, session, tombstone_lifetime)
    end
    if by_person == '' then return end

    redis.call('HSET', personal(session), 'by_person', by_person, 'person', person)
    add_to(by_person, session, tombstone_lifetime)
    local theirs, living = sessions(by_person), {}
    for place, one in ipairs(redis.call('ZRANGE', theirs, 0, -1)) do
        local seen = tonumber(redis.call('HGET', row(one), 'last_seen_at'))
        table.insert(living, { session = one, seen = seen, place = place })
    end
    table.sort(living, function(a, b)
        if a.seen ~= b.seen then return a.seen > b.seen end
        return a.place > b.place
    end)
    for place = at_most + 1, #living do finish(living[place].session, why) end";

    /// Moves a session to another reference.
    renew = "
    local old, new, values, at, ends_at, tombstone_lifetime = unpack(ARGV)
    -- A retry after a broken connection.
    if lives(new) then return 1 end
    if not lives(old) then return 0 end
    local function move(key, names)
        for _, name in ipairs(names) do
            -- Sessions of an earlier version don't have all of them.
            local value = redis.call('HGET', key(old), name)
            if value then redis.call('HSET', key(new), name, value) end
        end
    end
    move(row, { 'id', 'created_at', 'idle_timeout', 'absolute_timeout' })
    move(personal, { 'person', 'by_person', 'by_email', 'device', 'address', 'method' })
    forget(old)
    redis.call('HSET', row(new), 'last_seen_at', at, 'ends_at', ends_at)
    redis.call('EXPIRE', row(new), tombstone_lifetime)
    redis.call('HSET', personal(new), 'values', values)
    redis.call('EXPIRE', personal(new), ttl(at, ends_at))
    redis.call('ZADD', alive, ends_at, new)
    for _, set in ipairs(redis.call('HMGET', personal(new), 'by_person', 'by_email')) do
        if set then add_to(set, new, tombstone_lifetime) end
    end
    return 1";

    update = "if lives(ARGV[1]) then redis.call('HSET', personal(ARGV[1]), 'values', ARGV[2]) end";

    touch = "
    local session, at, ends_at = unpack(ARGV)
    if not lives(session) then return end
    redis.call('HSET', row(session), 'last_seen_at', at, 'ends_at', ends_at)
    redis.call('EXPIRE', personal(session), ttl(at, ends_at))
    redis.call('ZADD', alive, ends_at, session)";

    revoke = "
    local now, why, only, but, set = unpack(ARGV)
    local ended = 0
    for _, session in ipairs(redis.call('ZRANGE', sessions(set), 0, -1)) do
        ended = ended + finish_one(session, now, why, only, but)
    end
    return ended";

    /// Makes one step through all sessions. Returns where the next step begins, and how many
    /// sessions this one ended.
    revoke_some = "
    local now, why, only, but, from = unpack(ARGV)
    local all = personal('')
    local step = redis.call('SCAN', from, 'MATCH', all .. '*', 'COUNT', 500)
    local ended = 0
    for _, key in ipairs(step[2]) do
        ended = ended + finish_one(string.sub(key, #all + 1), now, why, only, but)
    end
    return { step[1], ended }";

    expire = "if lives(ARGV[1]) then finish(ARGV[1], ARGV[2]) end";

    delete = "forget(ARGV[1])";

    /// Each caller has a unique mark, so that a retry after a broken connection gets the same
    /// result.
    claim = "
    local name, mark, what, now, expires_at = unpack(ARGV)
    local held = redis.call('HMGET', claim(name), 'mark', 'expires_at')
    if held[1] and tonumber(held[2]) > tonumber(now) then return held[1] == mark and 1 or 0 end
    redis.call('HSET', claim(name), 'mark', mark, 'what', what, 'expires_at', expires_at)
    redis.call('EXPIRE', claim(name), ttl(now, expires_at))
    return 1";

    release = "redis.call('DEL', claim(ARGV[1]))";

    claimed = "
    local held = redis.call('HMGET', claim(ARGV[1]), 'what', 'expires_at')
    if not held[2] or tonumber(held[2]) <= tonumber(ARGV[2]) then return nil end
    return held[1]";

    put = "
    local name, value, now, expires_at = unpack(ARGV)
    redis.call('SET', kept(name), value, 'EX', ttl(now, expires_at))";

    get = "return redis.call('GET', kept(ARGV[1]))";

    /// Counts all hits, or none if a limit refuses one. Returns for each the seconds to wait, or 0.
    /// Counting twice after a broken connection does little harm.
    check_rate_limits = "
    local now, counters, waits, refused = tonumber(ARGV[1]), {}, {}, false
    for first = 2, #ARGV, 6 do
        local name, add, at_most, seconds, place, reached = unpack(ARGV, first, first + 5)
        local window = redis.call('HMGET', limit(name), 'count', 'ends_at')
        local count, ends_at = tonumber(window[1] or 0), tonumber(window[2] or 0)
        -- A window that ends later was opened by a clock that has been set back since.
        if ends_at <= now or ends_at > now + seconds then count, ends_at = 0, now + seconds end
        table.insert(counters, { name = name, add = tonumber(add), at_most = tonumber(at_most),
            count = count, ends_at = ends_at, place = tonumber(place), reached = tonumber(reached) })
    end
    for _, counter in ipairs(counters) do
        -- The wait also ends when the condition no longer holds.
        local condition = counters[counter.place]
        local is_enforced = not condition or condition.count >= counter.reached
        local ends_at = condition and math.min(counter.ends_at, condition.ends_at) or counter.ends_at
        local refuses = is_enforced and counter.count >= counter.at_most
        table.insert(waits, refuses and ends_at - now or 0)
        refused = refused or refuses
    end
    if refused then return waits end
    for _, counter in ipairs(counters) do
        -- A cost of 0 only checks, and opens no window.
        if counter.add > 0 then
            redis.call('HSET', limit(counter.name), 'count', counter.count + counter.add,
                'ends_at', counter.ends_at)
            redis.call('EXPIRE', limit(counter.name), ttl(now, counter.ends_at))
        end
    end
    return waits";
}
