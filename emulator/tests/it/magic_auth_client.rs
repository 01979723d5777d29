//! The requests of an app that signs in users with Magic Auth.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::test_emulator::{TestEmulator, text};

const MAGIC_AUTH: &str = "urn:workos:oauth:grant-type:magic-auth:code";
const ORGANIZATION_SELECTION: &str = "urn:workos:oauth:grant-type:organization-selection";

impl TestEmulator {
    pub(crate) async fn create_code(&self, email: &str) -> Response {
        self.post_json("/user_management/magic_auth", json!({ "email": email })).await
    }

    /// Requests a code and returns it from the email.
    pub(crate) async fn emailed_code(&self, email: &str) -> String {
        assert_eq!(self.create_code(email).await.status(), 201);
        let mail = self.inbox().await.remove(0);
        assert_eq!(mail["to"], email);
        let words = text(&mail["text"]).split_whitespace();
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        words.filter(is_code).map(str::to_owned).next().unwrap()
    }

    /// Authenticates with a code. `more` can override the usual parameters.
    pub(crate) async fn authenticate_with(&self, email: &str, code: &str, more: Value) -> Response {
        let mut fields = json!({ "grant_type": MAGIC_AUTH, "email": email, "code": code });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post_authenticate(fields).await
    }

    pub(crate) async fn authenticate(&self, email: &str, code: &str) -> Response {
        self.authenticate_with(email, code, json!({})).await
    }

    /// Requests a code for the user and authenticates with it.
    pub(crate) async fn sign_in(&self, email: &str) -> Response {
        let code = self.emailed_code(email).await;
        self.authenticate(email, &code).await
    }

    /// Authenticates with the organization that the user selected.
    pub(crate) async fn select(&self, token: &Value, organization: &str) -> Response {
        self.post_authenticate(json!({
            "grant_type": ORGANIZATION_SELECTION,
            "pending_authentication_token": token,
            "organization_id": organization,
        }))
        .await
    }

    async fn post_authenticate(&self, fields: Value) -> Response {
        let mut body =
            json!({ "client_id": "client_emulator", "client_secret": "sk_test_default" });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let request = self.request(Method::POST, "/user_management/authenticate");
        request.json(&body).send().await.unwrap()
    }
}

/// Returns the claims of an access token.
pub(crate) fn claims(response: &Value) -> Value {
    let payload = text(&response["access_token"]).split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Checks for an error in OAuth's format.
pub(crate) async fn assert_refused(response: Response, error: &str) {
    assert_eq!(response.status(), 400, "{error}");
    assert_eq!(response.json::<Value>().await.unwrap()["error"], error);
}

/// Checks for an error in the format of invalid codes and tokens.
pub(crate) async fn assert_invalid(response: Response, code: &str) {
    assert_eq!(response.status(), 400, "{code}");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["code"], code);
    assert!(!text(&body["message"]).is_empty() && body.get("error").is_none(), "{body}");
}
