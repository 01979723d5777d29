//! Signs in with the unchanged official Rust SDK, against the emulator at `EMULATOR_URL`.

use std::collections::HashMap;
use std::error::Error;

use workos::passwordless::{PasswordlessCreateSessionParams, PasswordlessSessionType};
use workos::sso::{GetProfileAndTokenParams, ListConnectionsParams};
use workos::{Client, ProfileConnectionType, TokenQuery, TokenQueryGrantType};

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
    println!("rust: signed in, read and deleted the connection");
    Ok(())
}
