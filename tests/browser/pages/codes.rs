//! Pages of the sign-in by an email code, and its errors.

use serde_json::json;

use super::LANGUAGES;
use super::walk::Walk;

const AUTHENTICATE: &str = "/user_management/authenticate";
const CODE: [(&str, &str); 1] = [("SIGN_IN_WITH", "code")];

impl Walk {
    /// Requests a code, and types one to which WorkOS responds like this.
    async fn fail_code(&self, email: &str, status: u16, error: &str) {
        self.ask(email).await;
        self.browser.arrive("[name=code]").await;
        let answer = json!({ "status": status, "body": { "error": error }, "count": 1 });
        self.demo.workos.fail(AUTHENTICATE, answer).await;
        self.browser.type_code("123456").await;
    }
}

#[actix_web::test]
async fn sign_in_by_code() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &CODE).await;
        walk.look_at("home_code", "main a[href='/login']").await;
        walk.go("/login").await;
        walk.look_at("login_code", "input[name=email]").await;
        walk.ask("ana@acme.test").await;
        walk.look_at("code", "[name=code]").await;
        walk.browser.type_code("12345").await;
        walk.look_at("code_wrong", "[data-error=wrong_code] [name=code]").await;
        walk.fail_code("ana@acme.test", 400, "invalid_one_time_code").await;
        walk.look_at("code_wrong_try", "[data-error=wrong_code] [name=code]").await;
        walk.fail_code("ana@acme.test", 429, "").await;
        walk.look_at("code_too_many_tries", "[data-error=rate_limited] [name=code]").await;
        walk.ask("ana@acme.test").await;
        walk.look_at("code_no_more", "[data-next-mail]").await;

        // Bob requests a code in a browser in which Carol signs in before he types it.
        walk.be_a_stranger().await;
        walk.ask("carol@acme.test").await;
        walk.browser.arrive("[name=code]").await;
        let visitor = walk.visitor().await;
        let sent = visitor.ask_for_link("bob@acme.test", "").await;
        for cookie in visitor.sign_ins() {
            let value = visitor.cookie(&cookie).unwrap();
            walk.set_cookie(&cookie, &value).await;
        }
        walk.browser.type_code(&walk.demo.workos.newest_code("carol@acme.test").await).await;
        walk.browser.arrive("a[href='/account/sessions']").await;
        walk.go(sent.location()).await;
        walk.look_at("code_instead", "[name=instead_of]").await;
        walk.go("/login/confirm").await;
        walk.look_at("confirm_code", "form[action='/login/confirm']").await;

        walk.demo.workos.add_member("dave@acme.test", "org_acme", "Acme").await;
        walk.demo.workos.add_member("dave@acme.test", "org_globex", "Globex & Sons").await;
        walk.be_a_stranger().await;
        walk.ask("dave@acme.test").await;
        walk.browser.arrive("[name=code]").await;
        walk.browser.type_code(&walk.demo.workos.newest_code("dave@acme.test").await).await;
        walk.look_at("organization", "[name=organization_id]").await;
        walk.browser.click("button[value=org_acme]").await;
        walk.look_at("account_organization", "a[href='/account/sessions']").await;
        walk.end().await;
    }
}

#[actix_web::test]
async fn code_errors() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &CODE).await;
        walk.fail_code("ana@acme.test", 400, "one_time_code_expired").await;
        walk.look_at("error_one_time_code_spent", "[data-error=code_expired]").await;
        walk.fail_code("bob@acme.test", 403, "mfa_challenge").await;
        walk.look_at("error_further_steps", "[data-error=further_steps]").await;
        walk.fail_code("carol@acme.test", 400, "user_mismatch").await;
        walk.look_at("error_code_of_another", "[data-error=profile_mismatch]").await;
        walk.fail_code("dan@acme.test", 503, "").await;
        walk.look_at("code_workos_unavailable", "[data-error=workos_unavailable] [name=code]")
            .await;
        let wrong = json!({ "error": "invalid_one_time_code" });
        walk.demo.workos.fail(AUTHENTICATE, json!({ "status": 400, "body": wrong })).await;
        walk.ask("eve@acme.test").await;
        for _ in 0..2 {
            walk.browser.type_code("123456").await;
            walk.browser.arrive("[data-error=wrong_code] [name=code]").await;
        }
        walk.browser.type_code("123456").await;
        walk.look_at("error_too_many_wrong_codes", "[data-error=wrong_code] [name=email]").await;

        // In a browser that didn't request the code.
        let visitor = walk.visitor().await;
        let form = [("flow", "aaaaaaaaaaaaaaaaaaaaaa"), ("code", "123456")];
        let refused = visitor.post("/login/code", &form).await;
        assert_eq!(refused.error(), "nothing_pending");
        walk.keep("error_no_code_pending", &refused.body);
        walk.end().await;
    }
}
