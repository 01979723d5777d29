//! Signs in with the unchanged official Rust SDK, against the emulator at `EMULATOR_URL`.

use std::collections::HashMap;
use std::error::Error;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use workos::passwordless::{PasswordlessCreateSessionParams, PasswordlessSessionType};
use workos::sso::{GetProfileAndTokenParams, ListConnectionsParams};
use workos::user_management::{
    AuthenticateWithMagicAuthParams, AuthenticateWithOrganizationSelectionParams,
    CreateMagicAuthParams,
};
use workos::{
    AuthenticateResponse, Client, CreateMagicCodeAndReturn, ProfileConnectionType, TokenQuery,
    TokenQueryGrantType,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder()
        .api_key("sk_test_default")
        .client_id("client_emulator")
        .base_url(std::env::var("EMULATOR_URL")?)
        .build();

    let session = client
        .passwordless()
        .create_session(PasswordlessCreateSessionParams {
            email: "rust@sdk.test".to_owned(),
            kind: PasswordlessSessionType::MagicLink,
            redirect_uri: Some("http://localhost:3000/callback".to_owned()),
            state: Some("from rust".to_owned()),
            expires_in: Some(900),
        })
        .await?;
    assert!(session.id.starts_with("passwordless_session_"));
    client.passwordless().send_session(&session.id).await?;

    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let visit = browser.get(&session.link).send().await?;
    let callback = url::Url::parse(visit.headers()["location"].to_str()?)?;
    let query: HashMap<_, _> = callback.query_pairs().into_owned().collect();
    assert_eq!(query["state"], "from rust");

    let sso = client.sso();
    let exchange = || {
        sso.get_profile_and_token(GetProfileAndTokenParams::new(TokenQuery {
            client_id: "client_emulator".to_owned(),
            client_secret: "sk_test_default".into(),
            code: Some(query["code"].clone().into()),
            grant_type: TokenQueryGrantType::AuthorizationCode,
            code_verifier: None,
            subject_token: None,
            subject_token_type: None,
            organization_id: None,
        }))
    };
    let response = exchange().await?;
    let profile = response.profile;
    assert_eq!(profile.email, "rust@sdk.test");
    assert_eq!(profile.connection_type, ProfileConnectionType::MagicLink);
    assert_eq!(profile.name, None);
    assert!(exchange().await.is_err(), "a code was accepted twice");
    let again = sso.get_profile(response.access_token.expose()).await?;
    assert_eq!(again.id, profile.id);

    let domain = ListConnectionsParams {
        domain: Some("sdk.test".to_owned()),
        ..ListConnectionsParams::default()
    };
    let listed = sso.list_connections(domain).await?;
    assert_eq!(listed.data.len(), 1);
    assert_eq!(listed.data[0].id, profile.connection_id);
    let connection = sso.get_connection(&profile.connection_id).await?;
    assert_eq!(connection.name, "MagicLink");
    sso.delete_connection(&connection.id).await?;
    assert!(sso.get_connection(&connection.id).await.is_err());

    let gone = client
        .passwordless()
        .send_session("passwordless_session_gone")
        .await;
    assert!(gone.is_err());

    select_organization(&client).await?;
    require_sso(&client).await?;
    println!("rust: signed in with a link and with codes, selected an organization");
    Ok(())
}

async fn select_organization(client: &Client) -> Result<(), Box<dyn Error>> {
    let email = "rust@members.test";
    let wrong = AuthenticateWithMagicAuthParams::new("abcdef", email);
    let refused = client
        .user_management()
        .authenticate_with_magic_auth(wrong)
        .await;
    assert_eq!(refused.unwrap_err().code(), Some("invalid_one_time_code"));

    let membership = json!({
        "email": email,
        "organization_id": "org_01ACME",
        "organization_name": "Acme",
        "role": "admin",
        "permissions": ["posts:read"],
    });
    emulate("memberships", &membership).await?;
    let member = sign_in_with_code(client, email).await?;
    assert_eq!(member.user.email, email);
    assert_eq!(member.organization_id.as_deref(), Some("org_01ACME"));
    let payload = member
        .access_token
        .expose()
        .split('.')
        .nth(1)
        .unwrap_or_default();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?;
    assert_eq!(claims["sub"], json!(member.user.id));
    assert_eq!(claims["org_id"], "org_01ACME");
    assert_eq!(
        (&claims["role"], &claims["permissions"]),
        (&json!("admin"), &json!(["posts:read"]))
    );

    let second =
        json!({ "email": email, "organization_id": "org_01GLOBEX", "organization_name": "Globex" });
    emulate("memberships", &second).await?;
    let error = sign_in_with_code(client, email).await.unwrap_err();
    assert_eq!(error.code(), Some("organization_selection_required"));
    assert_eq!(error.status(), Some(403));
    // The SDK has no fields for the rest of the body.
    let body: Value = serde_json::from_slice(&error.api().ok_or("no response")?.raw_body)?;
    assert_eq!(
        body["organizations"][1],
        json!({ "id": "org_01GLOBEX", "name": "Globex" })
    );
    assert_eq!(body["user"]["email"], email);
    let token = body["pending_authentication_token"]
        .as_str()
        .ok_or("no token")?;

    let users = client.user_management();
    let select = |organization: &str| {
        let params = AuthenticateWithOrganizationSelectionParams::new(token, organization);
        users.authenticate_with_organization_selection(params)
    };
    let foreign = select("org_01INITECH").await.unwrap_err();
    assert_eq!(foreign.code(), Some("organization_membership_not_found"));
    let selected = select("org_01GLOBEX").await?;
    assert_eq!(selected.organization_id.as_deref(), Some("org_01GLOBEX"));
    let again = select("org_01GLOBEX").await.unwrap_err();
    assert_eq!(again.code(), Some("invalid_pending_authentication_token"));
    Ok(())
}

async fn require_sso(client: &Client) -> Result<(), Box<dyn Error>> {
    let connection = json!({
        "domain": "rust-sso.test",
        "connection_type": "GenericSAML",
        "sso_required": true,
    });
    let required = emulate("connections", &connection).await?;
    let error = sign_in_with_code(client, "rust@rust-sso.test")
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.code()),
        (Some(400), Some("sso_required"))
    );
    let body: Value = serde_json::from_slice(&error.api().ok_or("no response")?.raw_body)?;
    assert_eq!(body["connection_ids"], json!([required["id"]]));
    assert_eq!(body["email"], "rust@rust-sso.test");
    assert!(body["pending_authentication_token"].is_string());
    Ok(())
}

async fn sign_in_with_code(
    client: &Client,
    email: &str,
) -> Result<AuthenticateResponse, workos::Error> {
    let users = client.user_management();
    let request = CreateMagicCodeAndReturn {
        email: email.to_owned(),
        invitation_token: None,
        ip_address: Some("203.0.113.42".to_owned()),
        user_agent: Some("Mozilla/5.0".to_owned()),
        radar_auth_attempt_id: None,
        signals_id: None,
    };
    let created = users
        .create_magic_auth(CreateMagicAuthParams::new(request))
        .await?;
    assert!(created.radar_auth_attempt_id.is_some());
    let mut params = AuthenticateWithMagicAuthParams::new(created.code, email);
    params.radar_auth_attempt_id = created.radar_auth_attempt_id;
    users.authenticate_with_magic_auth(params).await
}

/// Sends a request to one of the emulator's own endpoints.
async fn emulate(path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
    let url = format!("{}/_emulate/{path}", std::env::var("EMULATOR_URL")?);
    let response = reqwest::Client::new().post(url).json(body).send().await?;
    Ok(response.error_for_status()?.json().await?)
}
