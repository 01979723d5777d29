//! The WorkOS client, against answers that a test writes byte by byte.

use std::error::Error;
use std::time::{Duration, Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use workos_magic_link::workos::{
    Client, CreatePasswordlessSession, Credentials, PasswordlessSession, WorkOsError,
};

const CREATED: &str = r#"{"object":"passwordless_session","id":"passwordless_session_1","email":"ana@acme.test",
    "expires_at":"2026-11-22T13:57:04.218Z","link":"https://auth.workos.com/passwordless/CANARY/confirm"}"#;

/// Answers one request with these bytes; the handle gives what was asked.
async fn answering(answer: Vec<u8>) -> (Client, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let request = actix_web::rt::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        // The client may hang up in the middle of a long answer.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
        request
    });
    (client, request)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(request).unwrap()
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length =
        head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn response(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn client(url: &str) -> Client {
    let credentials =
        Credentials { api_key: SecretString::from("sk_CANARY"), client_id: "client_1".to_owned() };
    Client::new(url.parse().unwrap(), credentials).unwrap()
}

async fn create(client: &Client) -> Result<PasswordlessSession, WorkOsError> {
    let session = CreatePasswordlessSession {
        email: "ana@acme.test",
        redirect_uri: "https://app.test/callback",
        state: "CANARY-state",
        expires_in: Duration::from_secs(900),
    };
    assert!(!format!("{session:?}").contains("CANARY") && !format!("{session:?}").contains("ana@"));
    client.create_passwordless_session(session).await
}

/// All that could be logged of an error.
fn all_text(error: &WorkOsError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(deeper) = source {
        text += &format!(" {deeper} {deeper:?}");
        source = deeper.source();
    }
    text
}

#[actix_web::test]
async fn creating_is_the_call_of_the_reference() {
    let (client, request) = answering(response("201 Created", CREATED)).await;
    let session = create(&client).await.unwrap();
    assert_eq!(session.id, "passwordless_session_1");
    assert!(session.link.expose_secret().contains("CANARY"));
    assert!(!format!("{session:?}").contains("CANARY"));

    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /passwordless/sessions HTTP/1.1"), "{head}");
    let head = head.to_lowercase();
    for header in [
        "authorization: bearer sk_canary",
        "content-type: application/json",
        "user-agent: workos-magic-link/",
    ] {
        assert!(head.contains(header), "{header} is missing from {head}");
    }
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "email": "ana@acme.test",
            "type": "MagicLink",
            "redirect_uri": "https://app.test/callback",
            "state": "CANARY-state",
            "expires_in": 900,
        })
    );
}

#[actix_web::test]
async fn the_id_of_a_session_cannot_lead_to_another_path() {
    let (client, request) = answering(response("201 Created", r#"{"success":true}"#)).await;
    client.send_passwordless_session("../x?y#z/\u{fc}").await.unwrap();
    let request = request.await.unwrap();
    assert!(
        request
            .starts_with("POST /passwordless/sessions/%2E%2E%2Fx%3Fy%23z%2F%C3%BC/send HTTP/1.1"),
        "{request}"
    );
}

#[actix_web::test]
async fn exchanging_sends_json_and_no_redirect_uri() {
    let body = r#"{"access_token":"CANARY","profile":{"id":"prof_1","email":"ana@acme.test"},"novel":[1]}"#;
    let (client, request) = answering(response("200 OK", body)).await;
    let answer = client.exchange_code("CANARY&code", None).await.unwrap();
    assert_eq!(answer.profile.email, "ana@acme.test");
    assert!(!format!("{answer:?}").contains("CANARY") && !format!("{answer:?}").contains("ana@"));
    let request = request.await.unwrap();
    assert!(request.starts_with("POST /sso/token HTTP/1.1"));
    let body: serde_json::Value =
        serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "client_id": "client_1", "client_secret": "sk_CANARY",
            "grant_type": "authorization_code", "code": "CANARY&code",
        })
    );
}

#[actix_web::test]
async fn errors_are_told_apart_by_status_and_field() {
    type Predicate = fn(&WorkOsError) -> bool;
    let cases: [(&str, &str, Predicate); 11] = [
        (
            "400 Bad Request",
            r#"{"error":"invalid_grant","error_description":"CANARY"}"#,
            WorkOsError::is_expired_code,
        ),
        (
            "400 Bad Request",
            r#"{"error":"invalid_client","error_description":"x"}"#,
            WorkOsError::is_key_refused,
        ),
        ("400 Bad Request", r#"{"error":"unauthorized_client"}"#, WorkOsError::is_key_refused),
        ("401 Unauthorized", r#"{"message":"Unauthorized"}"#, WorkOsError::is_key_refused),
        ("403 Forbidden", r#"{"message":"no"}"#, WorkOsError::is_key_refused),
        ("429 Too Many Requests", r#""Ratelimited""#, WorkOsError::is_rate_limited),
        ("500 Internal Server Error", "<html>CANARY</html>", WorkOsError::is_outage),
        ("503 Service Unavailable", "", WorkOsError::is_outage),
        ("200 OK", "not json CANARY", WorkOsError::is_outage),
        (
            "422 Unprocessable Entity",
            r#"{"message":"CANARY","errors":[{"field":"email","code":"CANARY"}]}"#,
            |error| error.refuses_only("email") && !error.refuses_only("type"),
        ),
        (
            "422 Unprocessable Entity",
            r#"{"errors":[{"field":"email","code":"a"},{"field":"redirect_uri","code":"b"}, "odd"]}"#,
            |error| !error.refuses_only("email"),
        ),
    ];
    for (status, body, is_it) in cases {
        let (client, _request) = answering(response(status, body)).await;
        let error = create(&client).await.unwrap_err();
        assert!(is_it(&error), "{status} {body}: {error:?}");
        assert!(!all_text(&error).contains("CANARY"), "{}", all_text(&error));
        let predicates = [
            error.is_expired_code(),
            error.is_key_refused(),
            error.is_rate_limited(),
            error.is_outage(),
        ];
        assert!(predicates.iter().filter(|is| **is).count() <= 1, "{error:?} is two things");
    }
}

#[actix_web::test]
async fn what_support_asks_for_is_kept() {
    let body =
        r#"{"message":"x","code":"rate_limit_exceeded","errors":[{"field":"email","code":"c"}]}"#;
    let head = "429 Too Many Requests\r\nX-Request-Id: req-1\r\nRetry-After: 17";
    let (client, _request) = answering(response(head, body)).await;
    let error = create(&client).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
    let WorkOsError::Refused { status, code, errors, request_id, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(
        (status.as_u16(), code.as_deref(), request_id.as_deref()),
        (429, Some("rate_limit_exceeded"), Some("req-1"))
    );
    assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("email", "c"));
}

#[actix_web::test]
async fn the_wait_may_be_a_date_and_is_never_longer_than_an_hour() {
    let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(120));
    for (header, seconds) in [
        ("17", Some(17..=17)),
        (soon.as_str(), Some(110..=120)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0..=0)),
        ("99999999999", Some(3600..=3600)),
        ("soon", None),
    ] {
        let head = format!("503 Service Unavailable\r\nRetry-After: {header}");
        let (client, _request) = answering(response(&head, "")).await;
        let wait = create(&client).await.unwrap_err().retry_after().map(|wait| wait.as_secs());
        assert_eq!(wait.is_some(), seconds.is_some(), "{header}");
        assert!(wait.is_none_or(|wait| seconds.unwrap().contains(&wait)), "{header}: {wait:?}");
    }
}

#[actix_web::test]
async fn a_redirect_is_not_followed() {
    let (client, _request) =
        answering(response("307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/", "")).await;
    assert!(
        matches!(create(&client).await, Err(WorkOsError::Refused { status, .. }) if status == 307)
    );
}

#[actix_web::test]
async fn a_body_is_read_to_256_kib_and_no_further() {
    let padded = |bytes: usize| {
        CREATED.replace("passwordless_session_1", &"x".repeat(bytes - CREATED.len()))
    };
    let (client, _request) = answering(response("201 Created", &padded(256 * 1024))).await;
    assert!(create(&client).await.is_ok());
    let (client, _request) = answering(response("201 Created", &padded(257 * 1024))).await;
    assert!(matches!(create(&client).await, Err(WorkOsError::Unreadable { .. })));
}

#[actix_web::test]
async fn an_answer_that_breaks_off_is_an_outage() {
    let whole = response("201 Created", CREATED);
    for length in [0, 12, whole.len() - 1] {
        let (client, _request) = answering(whole[..length].to_vec()).await;
        let error = create(&client).await.unwrap_err();
        assert!(error.is_outage(), "{error:?}");
        assert!(!all_text(&error).contains("127.0.0.1"), "the URL may hold a session's id");
    }
}

#[actix_web::test]
async fn nobody_listening_is_known_at_once() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let started = Instant::now();
    assert!(create(&client(&format!("http://{address}"))).await.unwrap_err().is_outage());
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[actix_web::test]
async fn one_deadline_holds_for_the_whole_call_however_the_bytes_come() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    actix_web::rt::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        let mut drip = tokio::time::interval(Duration::from_millis(200));
        let _ = stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 10000\r\n\r\n").await;
        while stream.write_all(b" ").await.is_ok() {
            drip.tick().await;
        }
    });
    let started = Instant::now();
    assert!(create(&client).await.unwrap_err().is_outage());
    let took = started.elapsed();
    assert!((4.0..8.0).contains(&took.as_secs_f32()), "{took:?}");
}

#[actix_web::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    rustls::crypto::ring::default_provider().install_default().ok();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certificate.signing_key.serialize_der())
        .unwrap();
    let tls = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = actix_web::HttpServer::new(|| {
        actix_web::App::new().default_service(actix_web::web::to(|| async { CREATED }))
    });
    actix_web::rt::spawn(server.workers(1).listen_rustls_0_23(listener, tls).unwrap().run());
    let error = create(&client(&format!("https://localhost:{port}"))).await.unwrap_err();
    assert!(matches!(error, WorkOsError::Unreachable(_)), "{error:?}");
}
