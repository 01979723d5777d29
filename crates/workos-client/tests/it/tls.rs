//! TLS connections to WorkOS.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use workos_client::WorkOsError;

use crate::support::{client, create, tls_for_localhost};

#[tokio::test]
async fn untrusted_certificate_is_refused() {
    let (_root, tls) = tls_for_localhost();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let handshake = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(tls)).accept(stream).await
    });
    let error = create(&client(&format!("https://localhost:{port}"))).await.unwrap_err();
    assert!(matches!(error, WorkOsError::Unreachable(_)), "{error:?}");
    assert!(handshake.await.unwrap().is_err(), "nothing was sent");
}
