//! Tests of the files in `deploy/`: real proxies in front of the binary, the systemd unit, the image
//! without an engine. On Debian, they need `apt-get install --no-install-recommends caddy
//! nginx-light python3-yaml strace systemd`.
// with redis
//! Those with a shared store also need `redis-server`.
// end redis
//! `scripts/static` creates the image's content.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and has no public API"
)]

mod files;
mod front;
mod installed;

mod backup;
#[cfg(feature = "redis")]
mod compose;
mod doctor;
mod image;
mod log;
#[cfg(feature = "redis")]
mod many_machines;
mod one_machine;
mod one_port;
mod platforms;
mod unit;
