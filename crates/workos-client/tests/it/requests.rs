//! The requests that the client sends.

use secrecy::ExposeSecret;

use crate::support::{CREATED, create, responding, response};

#[tokio::test]
async fn create_sends_the_documented_request() {
    let (client, request) = responding(response("201 Created", CREATED)).await;
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
        "user-agent: my-app/1.0",
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

#[tokio::test]
async fn session_id_is_a_segment_of_the_path() {
    let (client, request) = responding(response("201 Created", r#"{"success":true}"#)).await;
    client.send_passwordless_session("passwordless_session_01-A~").await.unwrap();
    let line = "POST /passwordless/sessions/passwordless_session_01-A~/send HTTP/1.1";
    assert!(request.await.unwrap().starts_with(line));

    let (client, request) = responding(response("201 Created", r#"{"success":true}"#)).await;
    client.send_passwordless_session("../x?y#z/\u{fc}").await.unwrap();
    let request = request.await.unwrap();
    assert!(
        request
            .starts_with("POST /passwordless/sessions/%2E%2E%2Fx%3Fy%23z%2F%C3%BC/send HTTP/1.1"),
        "{request}"
    );
}

#[tokio::test]
async fn exchange_sends_json_without_redirect_uri() {
    let body = r#"{"access_token":"CANARY","profile":{"id":"prof_1","email":"ana@acme.test"},"novel":[1]}"#;
    let (client, request) = responding(response("200 OK", body)).await;
    let profile = client.exchange_code("CANARY&code", None).await.unwrap();
    assert_eq!(profile.email, "ana@acme.test");
    assert!(!format!("{profile:?}").contains("ana@"));
    assert!(!serde_json::to_string(&profile).unwrap().contains("CANARY"));
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
