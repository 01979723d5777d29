//! Creating and redeeming email codes.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use workos_client::{
    Authentication, ClientInfo, CodeRefusal, EnteredCode, Organization, Profile, WorkOsError,
};

use crate::support::{all_text, authenticate, responding, response};

fn visitor() -> ClientInfo {
    let (ip_address, user_agent) = ("203.0.113.42".to_owned(), "Mozilla/5.0".to_owned());
    ClientInfo { ip_address: Some(ip_address), user_agent: Some(user_agent) }
}

fn complete(authentication: Result<Authentication, WorkOsError>) -> Profile {
    match authentication.unwrap() {
        Authentication::Complete(profile) => *profile,
        _ => panic!("WorkOS requires a further step"),
    }
}

/// Returns the JSON body of a request.
fn json_of(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn create_sends_the_documented_request_and_returns_no_code() {
    let created =
        r#"{"object":"magic_auth","id":"magic_auth_1","email":"ana@acme.test","code":"CANARY"}"#;
    let (client, request) = responding(response("201 Created", created)).await;
    let radar = client.create_magic_auth("ana@acme.test", &ClientInfo::default()).await.unwrap();
    assert_eq!(radar, None);
    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /user_management/magic_auth HTTP/1.1"), "{head}");
    assert!(head.to_lowercase().contains("authorization: bearer sk_canary"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), json!({ "email": "ana@acme.test" }));

    for nothing in [r#"{"code":"CANARY"}"#, "[]", "\"CANARY\"", "CANARY", ""] {
        let (client, _request) = responding(response("201 Created", nothing)).await;
        let error =
            client.create_magic_auth("ana@acme.test", &ClientInfo::default()).await.unwrap_err();
        assert!(error.is_outage() && !all_text(&error).contains("CANARY"), "{error:?}");
    }
}

#[tokio::test]
async fn authenticate_sends_the_documented_request_and_reads_only_the_user() {
    let body = r#"{"user":{"id":"user_1","email":"ana@acme.test","first_name":null,"last_name":"Lee",
        "email_verified":true},"access_token":"CANARY","refresh_token":7,"organization_id":null}"#;
    let (client, request) = responding(response("200 OK", body)).await;
    let profile = complete(authenticate(&client, "012345").await);
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
        (
            "400 Bad Request",
            "organization_authentication_methods_required",
            Some(FurtherSteps),
            true,
        ),
        // Without anything to choose from.
        ("403 Forbidden", "organization_selection_required", Some(FurtherSteps), true),
        ("400 Bad Request", "sso_required", Some(FurtherSteps), true),
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
            let error = authenticate(&client, "0").await.err().unwrap();
            assert_eq!(error.code_refusal(), refusal, "{error:?}");
            assert_eq!(error.may_depend_on_address(), may_depend_on_address, "{error:?}");
            assert!(!all_text(&error).contains("CANARY") && all_text(&error).contains(code));
        }
    }
    let (client, _request) = responding(response("403 Forbidden", r#"{"message":"no"}"#)).await;
    let error = client.create_magic_auth("a@b.test", &ClientInfo::default()).await.unwrap_err();
    assert!(error.code_refusal().is_none() && error.is_key_refused());
}

#[tokio::test]
async fn browser_and_radar_assessment_are_passed_on() {
    let created = r#"{"id":"magic_auth_1","code":"CANARY","radar_auth_attempt_id":"radar_1"}"#;
    let (client, request) = responding(response("201 Created", created)).await;
    let radar = client.create_magic_auth("ana@acme.test", &visitor()).await.unwrap();
    assert_eq!(radar.as_deref(), Some("radar_1"));
    assert_eq!(
        json_of(&request.await.unwrap()),
        json!({ "email": "ana@acme.test", "ip_address": "203.0.113.42", "user_agent": "Mozilla/5.0" })
    );

    let (client, request) = responding(response("500 No", "{}")).await;
    let radar_auth_attempt_id = radar.as_deref();
    let entered = EnteredCode { code: "012345", email: "ana@acme.test", radar_auth_attempt_id };
    assert!(client.authenticate_with_magic_auth(&entered, &visitor()).await.is_err());
    let body = json_of(&request.await.unwrap());
    assert_eq!(body["ip_address"], "203.0.113.42");
    assert_eq!(body["user_agent"], "Mozilla/5.0");
    assert_eq!(body["radar_auth_attempt_id"], "radar_1");
}

#[tokio::test]
async fn organization_role_and_permissions_are_read() {
    // {"sub":"user_1","org_id":"org_1","role":"admin","permissions":["posts:read"]}
    let token = "e30.eyJzdWIiOiJ1c2VyXzEiLCJvcmdfaWQiOiJvcmdfMSIsInJvbGUiOiJhZG1pbiIsInBlcm1pc3Npb25zIjpbInBvc3RzOnJlYWQiXX0.CANARY";
    for (token, role, permissions) in [
        (token, Some("admin"), vec!["posts:read"]),
        ("CANARY", None, vec![]),
        ("e30.CANARY.", None, vec![]),
        // {"role":7,"permissions":"all"}
        ("e30.eyJyb2xlIjo3LCJwZXJtaXNzaW9ucyI6ImFsbCJ9.", None, vec![]),
    ] {
        let body = json!({
            "user": { "id": "user_1", "email": "ana@acme.test" },
            "organization_id": "org_1", "access_token": token,
        });
        let (client, _request) = responding(response("200 OK", &body.to_string())).await;
        let profile = complete(authenticate(&client, "012345").await);
        assert_eq!(profile.organization_id.as_deref(), Some("org_1"));
        assert_eq!(profile.role.as_ref().map(|role| role.slug.as_str()), role);
        assert_eq!(profile.permissions, permissions);
        assert!(!serde_json::to_string(&profile).unwrap().contains("CANARY"));
    }
}

#[tokio::test]
async fn right_code_may_require_the_choice_of_an_organization() {
    let required = json!({
        "code": "organization_selection_required", "message": "CANARY",
        "pending_authentication_token": "pending_1",
        "organizations": [{ "id": "org_1", "name": "Acme" }, { "id": "org_2", "name": "Globex", "x": 1 }],
        "user": { "id": "user_1" },
    });
    let (client, _request) = responding(response("403 Forbidden", &required.to_string())).await;
    let Authentication::OrganizationSelection(selection) =
        authenticate(&client, "012345").await.unwrap()
    else {
        panic!("no selection")
    };
    assert_eq!(selection.pending_authentication_token.expose_secret(), "pending_1");
    let named = |id: &str, name: &str| Organization { id: id.to_owned(), name: name.to_owned() };
    assert_eq!(selection.organizations, [named("org_1", "Acme"), named("org_2", "Globex")]);

    let user =
        json!({ "user": { "id": "user_1", "email": "ana@acme.test" }, "organization_id": "org_2" });
    let (client, request) = responding(response("200 OK", &user.to_string())).await;
    let visitor = visitor();
    let chosen = client.authenticate_with_organization_selection("pending_1", "org_2", &visitor);
    assert_eq!(complete(chosen.await).organization_id.as_deref(), Some("org_2"));
    assert_eq!(
        json_of(&request.await.unwrap()),
        json!({
            "client_id": "client_1",
            "client_secret": "sk_CANARY",
            "grant_type": "urn:workos:oauth:grant-type:organization-selection",
            "pending_authentication_token": "pending_1",
            "organization_id": "org_2",
            "ip_address": "203.0.113.42",
            "user_agent": "Mozilla/5.0",
        })
    );

    let used = json!({ "code": "invalid_pending_authentication_token", "message": "CANARY" });
    let (client, _request) = responding(response("400 Bad Request", &used.to_string())).await;
    let chosen = client.authenticate_with_organization_selection("pending_1", "org_2", &visitor);
    assert!(chosen.await.err().unwrap().is_expired_selection());
}

#[tokio::test]
async fn right_code_may_require_sso() {
    let required = json!({
        "error": "sso_required", "error_description": "CANARY", "email": "ana@acme.test",
        "connection_ids": ["conn_1", "conn_2"], "pending_authentication_token": "CANARY",
    });
    let (client, _request) = responding(response("400 Bad Request", &required.to_string())).await;
    match authenticate(&client, "012345").await.unwrap() {
        Authentication::SsoRequired(connections) => assert_eq!(connections, ["conn_1", "conn_2"]),
        _ => panic!("no SSO"),
    }
}
