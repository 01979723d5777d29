//! Verifies a certificate with a TLS handshake in memory.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, Error, ServerConfig, ServerConnection,
};
use rustls_platform_verifier::Verifier;

use crate::ExtraRoots;

/// Verifies that a client accepts the certificate of this server for this host. The client trusts
/// the system's roots and these.
///
/// # Errors
/// Returns why the client rejects the certificate, or why no handshake is possible.
pub fn verify_server(
    server: ServerConfig,
    host: &str,
    extra_roots: &ExtraRoots,
) -> Result<(), Error> {
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|_| Error::General(format!("{host} is not a valid server name")))?;
    let client = ClientConfig::builder();
    let roots = extra_roots.iter().cloned();
    let verifier = Verifier::new_with_extra_roots(roots, client.crypto_provider().clone())?;
    let client = client.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    let mut client = ClientConnection::new(Arc::new(client.with_no_client_auth()), name)?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    while client.is_handshaking() {
        transfer(&mut client, &mut server)?;
        transfer(&mut server, &mut client)?;
    }
    Ok(())
}

/// Transfers the pending TLS records of one side to the other.
fn transfer<A, B>(
    from: &mut ConnectionCommon<A>,
    to: &mut ConnectionCommon<B>,
) -> Result<(), Error> {
    let broken = |error: io::Error| Error::General(error.to_string());
    let mut sent = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut sent).map_err(broken)?;
    }
    let mut sent = sent.as_slice();
    while !sent.is_empty() {
        to.read_tls(&mut sent).map_err(broken)?;
        to.process_new_packets()?;
    }
    Ok(())
}
