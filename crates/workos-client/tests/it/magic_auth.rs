//! Creating and redeeming email codes.

use serde_json::{Value, json};
use workos_client::CodeRefusal;

use crate::support::{all_text, responding, response};

#[tokio::test]
async fn create_sends_the_documented_request_and_returns_no_code() {
    let created =
        r#"{"object":"magic_auth","id":"magic_auth_1","email":"ana@acme.test","code":"CANARY"}"#;
    let (client, request) = responding(response("201 Created", created)).await;
    let () = client.create_magic_auth("ana@acme.test").await.unwrap();
    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /user_management/magic_auth HTTP/1.1"), "{head}");
    assert!(head.to_lowercase().contains("authorization: bearer sk_canary"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), json!({ "email": "ana@acme.test" }));

    for nothing in [r#"{"code":"CANARY"}"#, "[]", "\"CANARY\"", "CANARY", ""] {
        let (client, _request) = responding(response("201 Created", nothing)).await;
        let error = client.create_magic_auth("ana@acme.test").await.unwrap_err();
        assert!(error.is_outage() && !all_text(&error).contains("CANARY"), "{error:?}");
    }
}

#[tokio::test]
async fn authenticate_sends_the_documented_request_and_reads_only_the_user() {
    let body = r#"{"user":{"id":"user_1","email":"ana@acme.test","first_name":null,"last_name":"Lee",
        "email_verified":true},"access_token":"CANARY","refresh_token":7,"organization_id":null}"#;
    let (client, request) = responding(response("200 OK", body)).await;
    let profile = client.authenticate_with_magic_auth("012345", "ana@acme.test").await.unwrap();
    assert_eq!((profile.id.as_str(), profile.email.as_str()), ("user_1", "ana@acme.test"));
    assert_eq!((profile.name.as_deref(), profile.first_name.as_deref()), (Some("Lee"), None));
    assert_eq!(profile.connection_type, "MagicAuth");
    let kept = serde_json::to_string(&profile).unwrap();
    assert!(kept.contains("email_verified") && !kept.contains("CANARY"), "{kept}");
    assert!(!format!("{profile:?}").contains("ana@"));

    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /user_management/authenticate HTTP/1.1"), "{head}");
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({
            "client_id": "client_1",
            "client_secret": "sk_CANARY",
            "grant_type": "urn:workos:oauth:grant-type:magic-auth:code",
            "code": "012345",
            "email": "ana@acme.test",
        })
    );
}

#[tokio::test]
async fn code_refusals_are_classified_in_both_error_shapes() {
    use CodeRefusal::{Expired, FurtherSteps, OtherUser, Wrong};
    for (status, code, refusal, may_depend_on_address) in [
        ("400 Bad Request", "invalid_one_time_code", Some(Wrong), true),
        ("400 Bad Request", "one_time_code_expired", Some(Expired), true),
        ("400 Bad Request", "user_mismatch", Some(OtherUser), true),
        ("403 Forbidden", "mfa_challenge", Some(FurtherSteps), true),
        ("403 Forbidden", "something_new", Some(FurtherSteps), true),
        ("400 Bad Request", "something_new", None, true),
        ("404 Not Found", "not_found", None, true),
        ("400 Bad Request", "invalid_client", None, false),
        ("403 Forbidden", "unauthorized_client", None, false),
        ("401 Unauthorized", "unauthorized", None, false),
        ("429 Too Many Requests", "too_many_requests", None, false),
        ("500 Internal Server Error", "server_error", None, false),
    ] {
        for body in [
            json!({ "error": code, "error_description": "CANARY" }),
            json!({ "code": code, "message": "CANARY" }),
        ] {
            let (client, _request) = responding(response(status, &body.to_string())).await;
            let error = client.authenticate_with_magic_auth("0", "a@b.test").await.unwrap_err();
            assert_eq!(error.code_refusal(), refusal, "{error:?}");
            assert_eq!(error.may_depend_on_address(), may_depend_on_address, "{error:?}");
            assert!(!all_text(&error).contains("CANARY") && all_text(&error).contains(code));
        }
    }
    let (client, _request) = responding(response("403 Forbidden", r#"{"message":"no"}"#)).await;
    let error = client.create_magic_auth("a@b.test").await.unwrap_err();
    assert!(error.code_refusal().is_none() && error.is_key_refused());
}
