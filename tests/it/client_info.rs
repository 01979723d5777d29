//! `SEND_CLIENT_INFO`: what WorkOS learns about the browser of a user who signs in with a code.

use reqwest::Method;
use test_support::{Answer, TestApp, Visitor};

use crate::code_request::{AUTHENTICATE, CREATE};

/// Submits a form with this browser.
async fn post(visitor: &Visitor, path: &str, form: &[(&str, &str)], user_agent: &str) -> Answer {
    let request = visitor.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
    visitor.send(request.header("User-Agent", user_agent).form(form)).await
}

#[actix_web::test]
async fn workos_gets_address_and_user_agent_unless_switched_off() {
    for (setting, is_sent) in [("on", true), ("off", false)] {
        let settings = [("SIGN_IN_WITH", "code"), ("SEND_CLIENT_INFO", setting)];
        let app = TestApp::with(&settings).await;
        app.workos.add_member("ana@acme.test", "org_1", "Acme").await;
        app.workos.add_member("ana@acme.test", "org_2", "Globex").await;
        let visitor = app.visitor();
        let sent = post(&visitor, "/login", &[("email", "ana@acme.test")], "Browser/1").await;
        let flow = sent.location().rsplit_once('=').unwrap().1;
        let code = app.workos.newest_code("ana@acme.test").await;
        post(&visitor, "/login/code", &[("flow", flow), ("code", &code)], "Browser/2").await;
        let chosen = [("flow", flow), ("organization_id", "org_2")];
        let signed_in = post(&visitor, "/login/organization", &chosen, "Browser/3").await;
        assert_eq!(signed_in.location(), "/account");

        let mut bodies = app.workos.bodies(CREATE).await;
        bodies.extend(app.workos.bodies(AUTHENTICATE).await);
        assert_eq!(bodies.len(), 3);
        for (number, body) in (1..).zip(&bodies) {
            let user_agent = is_sent.then(|| format!("Browser/{number}"));
            assert_eq!(body["ip_address"].as_str(), is_sent.then_some("127.0.0.1"), "{body}");
            assert_eq!(body["user_agent"].as_str(), user_agent.as_deref(), "{body}");
        }
        // The ID of the assessment belongs to the request, not to the browser.
        let assessment = bodies[1]["radar_auth_attempt_id"].as_str().unwrap();
        assert!(assessment.starts_with("radar_auth_attempt_"), "{assessment}");
    }
}
