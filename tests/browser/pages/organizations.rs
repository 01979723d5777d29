//! Pages of SSO, with those of the identity provider.

use super::LANGUAGES;
use super::walk::Walk;

const SSO: (&str, &str) = ("SSO_DOMAINS", "acme.test=org_acme");

#[actix_web::test]
async fn sp_initiated() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[SSO]).await;
        let visitor = walk.visitor().await;
        let answer = visitor.post("/login", &[("email", "ana@acme.test")]).await;
        let leaving = visitor.get(answer.location()).await;
        assert!(leaving.leads_to(&walk.demo.workos.url).is_some(), "{}", leaving.body);
        walk.keep("leaving_for_sso", &leaving.body);

        walk.ask("ana@acme.test").await;
        walk.look("emulator_identity", "input[name=sign_in]").await;
        walk.browser.run(SEND_WRONG).await;
        walk.look("emulator_identity_wrong", "[aria-invalid=true]").await;
        let page = walk.browser.driver.current_url().await.unwrap();
        walk.browser.click("button[value=cancel]").await;
        walk.look_at("error_sso_cancelled", "[data-error=sign_in_cancelled]").await;
        walk.go(page.as_str()).await;
        walk.look("emulator_identity_over", "main a[href='/inbox']").await;
        for (error, page) in [
            ("access_denied", "error_sso_denied"),
            ("connection_unlinked", "error_sso_switched_off"),
            ("organization_invalid", "error_sso_not_set_up"),
            ("connection_domain_invalid", "error_sso_wrong_account"),
        ] {
            walk.ask(&format!("{error}@acme.test")).await;
            walk.browser.arrive("select[name=error]").await;
            walk.browser
                .run(&format!("document.querySelector('[name=error]').value = '{error}'"))
                .await;
            walk.browser.click("button[value=error]").await;
            walk.look_at(page, "[data-error=sso_failed]").await;
        }
        walk.ask("ana@acme.test").await;
        walk.browser.type_into("first_name", "Ana").await;
        walk.browser.type_into("last_name", "Kovač").await;
        walk.browser.type_into("role", "admin").await;
        walk.browser.type_into("groups", "Sales, Support").await;
        walk.browser.click("button[value=sign_in]").await;
        walk.look_at("account_sso", "a[href='/account/sessions']").await;
        walk.go("/login/confirm").await;
        walk.look_at("confirm_sso", "form[action='/login/confirm']").await;
        walk.end().await;
    }
}

/// After an email code, WorkOS requires SSO through one of two connections.
#[actix_web::test]
async fn required_after_a_code() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("SIGN_IN_WITH", "code")]).await;
        let workos = &walk.demo.workos;
        for organization in ["org_acme", "org_globex"] {
            workos.require_sso(organization, "acme.test").await;
        }
        walk.ask("ana@acme.test").await;
        walk.browser.arrive("[name=code]").await;
        let code = walk.demo.workos.newest_code("ana@acme.test").await;
        walk.browser.type_code(&code).await;
        walk.look_at("sso_required", "[name=connection]").await;
        walk.browser.click("[name=connection]").await;
        walk.browser.arrive("button[value=sign_in]").await;
        walk.browser.click("button[value=sign_in]").await;
        walk.browser.arrive("a[href='/account/sessions']").await;
        walk.end().await;
    }
}

/// Submits the identity provider's form with invalid values.
const SEND_WRONG: &str = r"
    document.querySelector('details').open = true;
    for (const name of ['email', 'custom_attributes', 'raw_attributes'])
        document.querySelector(`[name=${name}]`).value = '{';
    document.querySelector('button[value=sign_in]').click();
";

#[actix_web::test]
async fn idp_initiated() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[SSO]).await;
        walk.go(&walk.demo.inbox).await;
        walk.browser.click("a[href*='/_emulate/idp']").await;
        walk.look("emulator_idp", "form[action='/_emulate/idp']").await;
        walk.browser.click("button[value=start]").await;
        walk.look("emulator_idp_wrong", "#problem[role=alert]").await;
        let callback = format!("{}/callback", walk.demo.site);
        walk.browser.type_into("redirect_uri", &callback).await;
        walk.browser.click("button[value=start]").await;
        walk.browser.type_into("email", "ana@acme.test").await;
        walk.browser.click("button[value=sign_in]").await;
        walk.look_at("error_started_at_identity_provider", "[data-error=state_mismatch]").await;
        walk.end().await;
    }
}
