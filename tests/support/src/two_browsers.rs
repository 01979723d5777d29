//! A browser that requested a link, and another in which it was opened.

use crate::answer::Answer;
use crate::test_app::TestApp;
use crate::visitor::Visitor;

/// A laptop that requested a link, the path of its waiting page, and a phone that opened the link.
pub struct TwoBrowsers {
    pub laptop: Visitor,
    pub sent: String,
    pub phone: Visitor,
    pub callback: String,
}

impl TwoBrowsers {
    pub async fn new(app: &TestApp, email: &str, return_to: &str) -> Self {
        let (laptop, phone) = (app.visitor(), app.visitor());
        let sent = laptop.ask_for_link(email, return_to).await.location().to_owned();
        let callback = app.workos.follow_newest_link(email).await;
        assert_eq!(phone.get(&callback).await.location(), "/login/approve");
        Self { laptop, sent, phone, callback }
    }

    pub async fn digits(&self) -> String {
        self.laptop.get(&self.sent).await.digits().to_owned()
    }

    pub async fn wrong_digits(&self) -> &'static str {
        if self.digits().await == "00" { "01" } else { "00" }
    }

    pub async fn type_digits(&self, digits: &str) -> Answer {
        self.phone.post("/login/approve", &[("digits", digits)]).await
    }

    pub async fn status(&self) -> serde_json::Value {
        self.laptop.get(&self.sent.replace("/sent", "/status")).await.json()
    }

    /// Returns the URL that the laptop's waiting page redirects to.
    pub async fn next(&self) -> String {
        self.laptop.get(&self.sent).await.location().to_owned()
    }
}
