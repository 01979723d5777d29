//! Without a secure connection, the app sends nothing but the greeting.

use rcgen::{CertificateParams, date_time_ymd};
use serde_json::{Value, json};
use test_support::assert_error;

use crate::server::Server;
use crate::site::{Authority, Site};

const STARTTLS: &str = "?tls=required";

/// Asserts that the app sends neither its password nor an email to this server.
async fn assert_sends_nothing(server: &Server, scheme: &str, query: &str, trust: &Authority) {
    let url = format!("{scheme}://app:canary@localhost:{}{query}", server.port);
    let site = Site::start(&url, &[("EXTRA_CA_FILE", trust.file().to_str().unwrap())]).await;
    for email in ["ana@acme.test", "eve@acme.test"] {
        let answer = site.visitor().post("/login", &[("email", email)]).await;
        assert_error(&answer, 503, "mail_unavailable");
        assert!(answer.headers.contains_key("retry-after"));
    }
    for said in server.seen().commands {
        let secrets = ["AUTH", "MAIL", "RCPT", "DATA", "canary", "acme.test"];
        assert!(!secrets.iter().any(|secret| said.line.contains(secret)), "{}", said.line);
    }
    assert!(!site.log().await.contains("canary"));
}

#[actix_web::test]
async fn server_without_starttls_gets_no_data() {
    let stripped = Server::with(json!({ "user": "app", "password": "canary" }));
    assert_sends_nothing(&stripped, "smtp", STARTTLS, &Authority::new()).await;
    assert_eq!(stripped.seen().verbs(), ["EHLO", "EHLO"]);
}

#[actix_web::test]
async fn server_that_refuses_starttls_gets_no_data() {
    let authority = Authority::new();
    for reply in ["454 not now", "500 what?", "reset"] {
        let server = authority.server("starttls", &json!({ "refuse": { "STARTTLS": reply } }));
        assert_sends_nothing(&server, "smtp", STARTTLS, &authority).await;
        assert!(server.seen().verbs().starts_with(&["EHLO", "STARTTLS"]));
    }
}

#[actix_web::test]
async fn server_without_implicit_tls_gets_no_data() {
    let server = Server::start();
    assert_sends_nothing(&server, "smtps", "", &Authority::new()).await;
    assert_eq!(server.seen().messages.len(), 0);
}

#[actix_web::test]
async fn untrusted_certificate_ends_the_connection() {
    let (ours, another) = (Authority::new(), Authority::new());
    let expired = |params: &mut CertificateParams| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    };
    let of_another_host = |params: &mut CertificateParams| {
        *params = CertificateParams::new(["mail.example.test".to_owned()]).unwrap();
    };
    for (tls, scheme, query) in [("implicit", "smtps", ""), ("starttls", "smtp", STARTTLS)] {
        let nothing = Value::Object(serde_json::Map::new());
        assert_sends_nothing(&another.server(tls, &nothing), scheme, query, &ours).await;
        let server = ours.server_certified(tls, &nothing, expired);
        assert_sends_nothing(&server, scheme, query, &ours).await;
        let server = ours.server_certified(tls, &nothing, of_another_host);
        assert_sends_nothing(&server, scheme, query, &ours).await;
    }
}

/// An attacker on the network may append text to the reply to STARTTLS before encryption begins.
/// The app must not read it as replies to its later commands.
#[actix_web::test]
async fn data_injected_before_the_tls_handshake_is_rejected() {
    let authority = Authority::new();
    let injected = "250-localhost\r\n250 AUTH PLAIN\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go";
    let server = authority.server("starttls", &json!({ "inject": injected }));
    server.refuse("RCPT", "421 not now");
    let url = format!("smtp://localhost:{}{STARTTLS}", server.port);
    let site = Site::start(&url, &[("SSL_CERT_FILE", authority.file().to_str().unwrap())]).await;
    let answer = site.visitor().post("/login", &[("email", "ana@acme.test")]).await;
    assert_error(&answer, 503, "mail_unavailable");
    assert_eq!(server.seen().verbs(), ["EHLO", "STARTTLS"]);
    assert!(site.log().await.contains("STARTTLS: "));
}
