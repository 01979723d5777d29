//! Without a connection that nobody reads along, nothing is said but the greeting.

use rcgen::{CertificateParams, date_time_ymd};
use serde_json::{Value, json};

use crate::answer::assert_error;
use crate::server::Server;
use crate::site::{Authority, Site};

const STARTTLS: &str = "?tls=required";

/// An app that has a password for the server doesn't mail, and keeps it to itself.
async fn assert_says_nothing(server: &Server, scheme: &str, query: &str, trust: &Authority) {
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
async fn a_server_without_starttls_is_told_nothing() {
    let stripped = Server::with(json!({ "user": "app", "password": "canary" }));
    assert_says_nothing(&stripped, "smtp", STARTTLS, &Authority::new()).await;
    assert_eq!(stripped.seen().verbs(), ["EHLO", "EHLO"]);
}

#[actix_web::test]
async fn a_server_that_refuses_starttls_is_told_nothing() {
    let authority = Authority::new();
    for reply in ["454 not now", "500 what?", "reset"] {
        let server = authority.server("starttls", &json!({ "refuse": { "STARTTLS": reply } }));
        assert_says_nothing(&server, "smtp", STARTTLS, &authority).await;
        assert!(server.seen().verbs().starts_with(&["EHLO", "STARTTLS"]));
    }
}

#[actix_web::test]
async fn a_server_that_speaks_no_tls_where_it_must_is_told_nothing() {
    let server = Server::start();
    assert_says_nothing(&server, "smtps", "", &Authority::new()).await;
    assert_eq!(server.seen().messages.len(), 0);
}

#[actix_web::test]
async fn a_certificate_that_does_not_count_ends_it() {
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
        assert_says_nothing(&another.server(tls, &nothing), scheme, query, &ours).await;
        let server = ours.server_certified(tls, &nothing, expired);
        assert_says_nothing(&server, scheme, query, &ours).await;
        let server = ours.server_certified(tls, &nothing, of_another_host);
        assert_says_nothing(&server, scheme, query, &ours).await;
    }
}

/// Whoever sits in between may add to the reply to STARTTLS, before the encryption begins. Taken
/// for the server's, it would answer what is asked later, and lead the app by the nose.
#[actix_web::test]
async fn what_somebody_in_between_added_before_the_encryption_is_not_believed() {
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
