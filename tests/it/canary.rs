//! Signs in by every method at the most verbose log level. No secret gets into the log, the store,
//! or a page that shouldn't have it. No email address gets into the log.

mod site;

use serde_json::json;

use site::{Site, dump, holds};

const EMAIL: &str = "canary@acme.test";
// for sso
const SSO_EMAIL: &str = "canary@sso.test";

#[actix_web::test]
async fn sign_in_with_a_workos_link_leaks_no_secret() {
    let mut site = Site::start(&[]).await;
    let (laptop, phone) = (site.visitor(), site.visitor());
    let requested = laptop.ask_for_link(EMAIL, "/canary-path").await;
    site.see("request", &laptop, &requested);
    let sent = site.get(&laptop, "/login/sent").await;
    assert_eq!(sent.status, 200);
    let link = site.workos.newest_link(EMAIL).await;
    let callback = site.follow(&link).await;
    let arrived = phone.get(&callback).await;
    site.see("callback elsewhere", &phone, &arrived);
    // for cross-device
    site.get(&phone, "/login/approve").await;
    // for cross-device
    for digits in [if sent.digits() == "00" { "01" } else { "00" }, sent.digits()] {
        let answer = phone.post("/login/approve", &[("digits", digits)]).await;
        site.see("approve", &phone, &answer);
    }
    assert!(!holds(&dump(site.folder.path()), "canary"), "no one is signed in yet");
    // for cross-device
    let callback_of_laptop = requested.location().replace("/sent", "/finish");
    // without cross-device: let callback_of_laptop = callback.clone();
    let finished = laptop.get(&callback_of_laptop).await;
    site.see("finish", &laptop, &finished);
    assert_eq!(finished.location(), "/canary-path");
    assert!(
        holds(&dump(site.folder.path()), EMAIL),
        "the store has the email address of the session"
    );
    let replayed = phone.get(&callback).await;
    site.see("replay", &phone, &replayed);
    site.look_around(&laptop).await;

    for path in [
        "/callback?error=canary-error&error_description=canary-text&state=canary-state",
        "/callback?code=canary-code&state=canary-state",
        "/login?return_to=/canary-path",
        "/login/status?flow=canary-flow",
        "/static/canary",
        "/canary",
    ] {
        site.get(&phone, path).await;
    }
    let typed = phone.post("/login", &[("email", "canary typed"), ("return_to", "/canary")]).await;
    assert_eq!(typed.status, 422);
    site.assert_nothing_leaked().await;
}

// for sso
#[actix_web::test]
async fn sign_in_with_sso_leaks_no_secret() {
    let mut site = Site::start(&[]).await;
    let visitor = site.visitor();
    let requested = visitor.post("/login", &[("email", SSO_EMAIL)]).await;
    site.see("request", &visitor, &requested);
    // The page may contain the link to WorkOS.
    let leaving = visitor.get(requested.location()).await;
    let to_workos = leaving.leads_to(&site.workos.url).unwrap().replace("&amp;", "&");
    let mut callback = site.follow(&to_workos).await;
    while !callback.starts_with(&site.origin) {
        callback = site.follow(&callback).await;
    }
    let arrived = visitor.get(&callback).await;
    site.see("callback", &visitor, &arrived);
    assert_eq!(arrived.location(), "/account");
    // These parameters of the URL at WorkOS are not secret.
    for known in ["code", "org_sso", "client_emulator", "S256", SSO_EMAIL] {
        site.secrets.remove(known);
    }
    site.secrets.retain(|secret| secret.len() > 12 && !secret.starts_with("http"));
    site.look_around(&visitor).await;
    site.assert_nothing_leaked().await;
}

#[actix_web::test]
async fn sign_in_with_a_code_leaks_no_secret() {
    let mut site = Site::start(&[("SIGN_IN_WITH", "code")]).await;
    let visitor = site.visitor();
    // Codes that can't be confused with a number in the log, and the tokens that come with the
    // user.
    let (mailed, typed) = ("canary-mailed", "CANARY");
    let created = json!({ "id": "magic_auth_1", "email": EMAIL, "code": mailed });
    let creation = json!({ "status": 201, "body": created });
    site.workos.fail("/user_management/magic_auth", creation).await;
    let requested = visitor.ask_for_link(EMAIL, "/canary-path").await;
    site.see("request", &visitor, &requested);
    site.get(&visitor, "/login/sent").await;
    let flow = requested.location().rsplit_once('=').unwrap().1.to_owned();
    let post =
        async |code: &str| visitor.post("/login/code", &[("flow", &flow), ("code", code)]).await;
    let odd = post(typed).await;
    site.see("malformed code", &visitor, &odd);
    let said = json!({ "error": "invalid_one_time_code", "error_description": "canary" });
    let refusal = json!({ "status": 400, "body": said, "count": 1 });
    site.workos.fail("/user_management/authenticate", refusal).await;
    let wrong = post("O O O O O O").await;
    site.see("wrong", &visitor, &wrong);
    assert!(!holds(&dump(site.folder.path()), "canary"), "no one is signed in yet");
    let body = json!({
        "user": { "id": "user_1", "email": EMAIL },
        "access_token": "canary-access", "refresh_token": "canary-refresh",
    });
    let answer = json!({ "status": 200, "body": body });
    site.workos.fail("/user_management/authenticate", answer).await;
    let right = post("I I I I I I").await;
    site.see("right", &visitor, &right);
    assert_eq!(right.location(), "/canary-path");
    site.secrets.extend(
        [mailed, typed, "OOOOOO", "O O O O O O", "I I I I I I", "canary-access", "canary-refresh"]
            .map(str::to_owned),
    );
    site.look_around(&visitor).await;
    site.assert_nothing_leaked().await;
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn sign_in_with_our_own_email_leaks_no_secret() {
    let mut site = Site::with_own_mail().await;
    for is_canceled in [false, true] {
        let (visitor, elsewhere) = (site.visitor(), site.visitor());
        let requested = visitor.ask_for_link(EMAIL, "").await;
        site.see("request", &visitor, &requested);
        let link = site.workos.newest_link(EMAIL).await;
        site.secrets.insert(link.rsplit_once('/').unwrap().1.to_owned());
        // Both pages may contain the token, since their forms post to its URL.
        // for cross-device
        assert_eq!(elsewhere.get(&link).await.status, 200);
        let cancel = link.replace("/open/", "/cancel/");
        assert_eq!(elsewhere.get(&cancel).await.status, 200);
        if is_canceled {
            elsewhere.post(&cancel, &[]).await;
            let refused = visitor.get(&link).await;
            site.see("canceled", &visitor, &refused);
            continue;
        }
        let leaving = visitor.post(&link, &[]).await;
        let callback = site.follow(leaving.leads_to(&site.workos.url).unwrap()).await;
        let arrived = visitor.get(&callback).await;
        site.see("callback", &visitor, &arrived);
        assert_eq!(arrived.location(), "/account");
        site.look_around(&visitor).await;
    }
    site.assert_nothing_leaked().await;
}
