//! Error pages.

use serde_json::json;

use super::walk::Walk;
use super::{LANGUAGES, look};

/// Returns a script that submits a form that no page of the site has.
fn foreign_form(path: &str, value: &str) -> String {
    format!(
        "const form = document.createElement('form');
         for (const name of ['email', 'return_to']) {{
             const field = document.createElement('input');
             [field.name, field.value] = [name, name === 'email' ? '{value}' : ''];
             form.append(field);
         }}
         [form.method, form.action] = ['post', '{path}'];
         document.body.append(form);
         form.submit()"
    )
}

#[actix_web::test]
async fn invalid_requests() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[]).await;
        for (page, path, code) in [
            ("error_not_found", "/nowhere", "not_found"),
            ("error_bad_request", "/callback?state=a", "bad_request"),
            ("error_state_mismatch", "/callback?code=a&state=b", "state_mismatch"),
            ("error_started_elsewhere", "/callback?code=a", "state_mismatch"),
            (
                "error_sign_in_cancelled",
                "/callback?error=signin_consent_denied",
                "sign_in_cancelled",
            ),
            ("error_sso_failed", "/callback?error=server_error", "sso_failed"),
            ("error_link_expired_elsewhere", "/callback?error=access_denied", "link_expired"),
            ("error_mail_link_spent", "/login/open/none", "link_expired"),
            ("error_nothing_pending", "/login/approve", "nothing_pending"),
        ] {
            walk.go(path).await;
            walk.look_at(page, &format!("[data-error={code}]")).await;
        }
        walk.go("/login").await;
        walk.browser.run(&foreign_form("/", "")).await;
        walk.look_at("error_method_not_allowed", "[data-error=method_not_allowed]").await;
        walk.go("/login").await;
        walk.browser.run(&foreign_form("/login", &"a".repeat(20_000))).await;
        walk.look_at("error_too_large", "[data-error=too_large]").await;
        let other_site =
            format!("data:text/html,<form method=post action={}/login>", walk.demo.site);
        walk.go(&other_site).await;
        walk.browser.run("document.forms[0].submit()").await;
        // Cross-site requests carry no cookie, so the page is in the browser's language.
        walk.look("error_cross_site", "[data-error=cross_site]").await;
        walk.go(&walk.demo.site.replace("localhost", "127.0.0.1")).await;
        walk.browser.arrive("[data-error=wrong_host]").await;
        // Not checked: its style sheet is rejected under that name as well.
        walk.keep("error_wrong_host", &look::html_as_sent(&walk.browser).await);
        walk.end().await;
    }
}

#[actix_web::test]
async fn rejected_users() {
    for &language in LANGUAGES {
        let limits = [("ALLOWED_EMAIL_DOMAINS", "acme.test"), ("RATE_LIMIT_PER_CLIENT", "1/15m")];
        let mut walk = Walk::begin(language, &limits).await;
        walk.ask("ana@elsewhere.test").await;
        walk.look_at("error_not_allowed", "[data-error=not_allowed]").await;
        walk.ask("ana@acme.test").await;
        walk.browser.arrive("#again").await;
        walk.ask("ana@acme.test").await;
        walk.look_at("error_rate_limited", "[data-error=rate_limited]").await;
        walk.end().await;

        let mut walk = Walk::begin(language, &[("RATE_LIMIT_TOTAL", "1/1m")]).await;
        walk.ask("ana@acme.test").await;
        walk.browser.arrive("#again").await;
        walk.ask("bob@acme.test").await;
        walk.look_at("error_busy", "[data-error=rate_limited]").await;
        walk.end().await;
    }
}

#[actix_web::test]
async fn workos_errors() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[]).await;
        walk.demo.workos.fail("/passwordless/sessions", json!({ "status": 503, "count": 1 })).await;
        walk.ask("ana@acme.test").await;
        walk.look_at("error_workos_unavailable", "[data-error=workos_unavailable]").await;
        walk.demo.workos.fail("/passwordless/sessions", json!({ "status": 401, "count": 1 })).await;
        walk.ask("ana@acme.test").await;
        walk.look_at("error_internal", "[data-error=internal]").await;
        walk.ask("ana@acme.test").await;
        walk.browser.arrive("#again").await;
        let mail = walk.demo.workos.newest_mail("ana@acme.test").await;
        walk.demo.workos.scan(&mail, "get").await;
        walk.open_link("ana@acme.test").await;
        walk.look_at("error_link_expired", "[data-error=link_expired] input[name=email]").await;

        walk.ask("bob@acme.test").await;
        walk.browser.arrive("#again").await;
        let refusal = json!({ "status": 400, "body": { "error": "invalid_grant" } });
        walk.demo.workos.fail("/sso/token", refusal).await;
        walk.open_link("bob@acme.test").await;
        walk.look_at("error_code_expired", "[data-error=code_expired]").await;
        walk.end().await;
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn own_link_errors() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("LINK_DELIVERY", "smtp")]).await;
        walk.ask("ana@acme.test").await;
        walk.browser.arrive("#again").await;
        walk.demo.workos.fail("/passwordless/sessions", json!({ "status": 503, "count": 1 })).await;
        walk.open_link("ana@acme.test").await;
        walk.browser.click("form[action^='/login/open/'] button").await;
        walk.look_at("error_workos_unavailable_link_works", "[data-error=workos_unavailable]")
            .await;
        // WorkOS fails after the button is pressed, so that the sign-in stays pending.
        walk.demo.workos.fail("/passwordless/*/confirm", json!({ "status": 500 })).await;
        walk.open_link("ana@acme.test").await;
        walk.browser.click("form[action^='/login/open/'] button").await;
        walk.browser.arrive("pre").await;
        walk.ignore_console().await;
        walk.open_link("ana@acme.test").await;
        walk.look_at("error_link_in_use", "[data-error=link_expired]:not(:has(form))").await;

        let refusal = json!({ "method": "SMTP", "status": 450 });
        walk.demo.workos.fail("MAIL", refusal).await;
        walk.ask("ben@acme.test").await;
        walk.look_at("error_mail_unavailable", "[data-error=mail_unavailable]").await;
        walk.end().await;
    }
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn late_cancellation() {
    for &language in LANGUAGES {
        let mut walk = Walk::begin(language, &[("LINK_DELIVERY", "smtp")]).await;
        walk.ask("ana@acme.test").await;
        walk.browser.arrive("#again").await;
        let link = walk.demo.workos.newest_link("ana@acme.test").await;
        walk.go(&link).await;
        walk.browser.click("form[action^='/login/open/'] button").await;
        walk.browser.arrive("a[href='/account/sessions']").await;
        walk.go(&link.replace("/open/", "/cancel/")).await;
        walk.browser.click("form[action^='/login/cancel/'] button").await;
        walk.look_at("error_too_late_to_end", "[data-error=link_expired]").await;
        walk.end().await;
    }
}
