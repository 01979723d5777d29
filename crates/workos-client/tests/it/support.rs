//! A client, and servers whose responses are given byte by byte.

use std::error::Error;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use reqwest::Certificate;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use workos_client::{
    Authentication, Client, ClientInfo, CreatePasswordlessSession, Credentials, EnteredCode,
    PasswordlessSession, WorkOsError,
};

pub const CREATED: &str = r#"{"object":"passwordless_session","id":"passwordless_session_1","email":"ana@acme.test",
    "expires_at":"2026-11-22T13:57:04.218Z","link":"https://auth.workos.com/passwordless/CANARY/confirm"}"#;

/// Starts a server that responds to one request with these bytes. The handle returns the request.
pub async fn responding(response: Vec<u8>) -> (Client, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let request = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        // The client may have closed the connection.
        let _ = stream.write_all(&response).await;
        let _ = stream.shutdown().await;
        request
    });
    (client, request)
}

pub async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !is_complete(&request) {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(request).unwrap()
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length =
        head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

pub fn response(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

pub fn client(url: &str) -> Client {
    client_with(reqwest::Client::builder().user_agent("my-app/1.0"), url)
}

pub fn client_with(http: reqwest::ClientBuilder, url: &str) -> Client {
    let credentials =
        Credentials { api_key: SecretString::from("sk_CANARY"), client_id: "client_1".to_owned() };
    Client::new(http, url.parse().unwrap(), credentials).unwrap()
}

pub async fn create(client: &Client) -> Result<PasswordlessSession, WorkOsError> {
    let session = CreatePasswordlessSession {
        email: "ana@acme.test",
        redirect_uri: "https://app.test/callback",
        state: "CANARY-state",
        expires_in: Duration::from_secs(900),
    };
    assert!(!format!("{session:?}").contains("CANARY") && !format!("{session:?}").contains("ana@"));
    client.create_passwordless_session(session).await
}

/// Enters an email code.
pub async fn authenticate(client: &Client, code: &str) -> Result<Authentication, WorkOsError> {
    let entered = EnteredCode { code, email: "ana@acme.test", radar_auth_attempt_id: None };
    client.authenticate_with_magic_auth(&entered, &ClientInfo::default()).await
}

/// Returns everything that could be logged about an error.
pub fn all_text(error: &WorkOsError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    text
}

/// Returns a self-signed certificate authority, and TLS settings of a server with a certificate
/// from it.
pub fn tls_for_localhost() -> (Certificate, ServerConfig) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "test authority");
    let key = KeyPair::generate().unwrap();
    let root = Certificate::from_pem(params.self_signed(&key).unwrap().pem().as_bytes()).unwrap();
    let authority = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap().der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let tls = ServerConfig::builder().with_no_client_auth();
    (root, tls.with_single_cert(vec![certificate], key).unwrap())
}
