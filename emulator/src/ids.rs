//! Generates IDs in the formats of WorkOS.

use rand::RngExt;
use rand::distr::Alphanumeric;
use time::OffsetDateTime;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Returns a ULID: 48 bits of milliseconds and 80 random bits, as 26 characters.
pub(crate) fn ulid(now: OffsetDateTime) -> String {
    let milliseconds = (now.unix_timestamp_nanos() / 1_000_000) as u128;
    let value = (milliseconds << 80) | (rand::random::<u128>() >> 48);
    (0..26).rev().map(|place| CROCKFORD[(value >> (5 * place)) as usize & 31] as char).collect()
}

/// Returns a ULID with a prefix, such as `conn_01J8XK…`.
pub(crate) fn prefixed(prefix: &str, now: OffsetDateTime) -> String {
    format!("{prefix}_{}", ulid(now))
}

/// Returns the secret part of a magic link: 25 alphanumeric characters.
pub(crate) fn link_token() -> String {
    alphanumeric(25)
}

/// Returns an unguessable ID for a sign-in that is pending at the identity provider.
pub(crate) fn sign_in() -> String {
    alphanumeric(25)
}

/// Returns an access token of `/sso/token`, or a refresh token. Both are opaque to the app, so their
/// format is our choice.
pub(crate) fn access_token() -> String {
    alphanumeric(48)
}

/// Returns a token that continues a sign-in. It is opaque to the app.
pub(crate) fn pending_authentication_token() -> String {
    alphanumeric(25)
}

/// Returns a version 4 UUID, for `X-Request-Id`.
pub(crate) fn request_id() -> String {
    let random = rand::random::<u128>();
    let version_4 = (random & !(0xf << 76)) | (0x4 << 76);
    let value = (version_4 & !(0x3 << 62)) | (0x2 << 62);
    let hex = format!("{value:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn alphanumeric(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ulid_is_26_characters_and_sorts_by_time() {
        let earlier = ulid(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000));
        let later = ulid(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_001));
        assert_eq!(earlier.len(), 26);
        assert!(earlier < later);
        assert_ne!(later, ulid(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_001)));
    }

    #[test]
    fn a_request_id_is_a_version_4_uuid() {
        let id = request_id();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!("89ab".contains(&id[19..20]));
    }
}
