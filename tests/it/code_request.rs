//! A visitor who has requested a code.

use serde_json::Value;
use test_support::{Answer, TestApp, Visitor};

pub const CREATE: &str = "/user_management/magic_auth";

pub const AUTHENTICATE: &str = "/user_management/authenticate";

pub async fn by_code() -> TestApp {
    TestApp::with(&[("SIGN_IN_WITH", "code")]).await
}

/// A visitor who has requested a code.
pub struct CodeRequest {
    pub visitor: Visitor,
    /// The path of the page on which the code is entered.
    pub sent: String,
    pub flow: String,
    /// The code in the email.
    pub code: String,
}

impl CodeRequest {
    pub async fn new(app: &TestApp, email: &str, return_to: &str) -> Self {
        Self::by(app.visitor(), app, email, return_to).await
    }

    pub async fn by(visitor: Visitor, app: &TestApp, email: &str, return_to: &str) -> Self {
        let sent = visitor.ask_for_link(email, return_to).await.location().to_owned();
        let flow = sent.strip_prefix("/login/sent?flow=").expect("the inbox page").to_owned();
        Self { visitor, sent, flow, code: app.workos.newest_code(email).await }
    }

    pub async fn type_code(&self, code: &str) -> Answer {
        self.visitor.post("/login/code", &[("flow", &self.flow), ("code", code)]).await
    }

    pub async fn type_right(&self) -> Answer {
        self.type_code(&self.code).await
    }

    pub async fn type_wrong(&self) -> Answer {
        self.type_and_look(&wrong(&self.code)).await
    }

    /// Submits a code, and follows a redirect back to its page.
    pub async fn type_and_look(&self, code: &str) -> Answer {
        let answer = self.type_code(code).await;
        if answer.status == 303 { self.look().await } else { answer }
    }

    /// Loads the page on which the code is entered.
    pub async fn look(&self) -> Answer {
        self.visitor.get(&self.sent).await
    }

    pub async fn status(&self) -> Value {
        self.visitor.get(&self.sent.replace("/sent", "/status")).await.json()
    }
}

/// Returns a code that differs from this one.
pub fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

pub fn has_field(page: &Answer) -> bool {
    page.body.contains("autocomplete=\"one-time-code\"")
}

/// Asserts that the page doesn't mention a link, since none was emailed.
pub fn assert_mentions_no_link(page: &Answer) {
    let (_, main) = page.body.split_once("<main").unwrap();
    let main = main.split("</main>").next().unwrap().to_lowercase();
    assert!(!main.contains("link"), "{}", page.body);
}
