//! Every way to sign in, at the most talkative level of the log: no secret of any of them stands in
//! the log, in a page that isn't for it, or in the store; and in the log no address either.

mod site;

use serde_json::json;

use site::{Site, dump, holds};

const EMAIL: &str = "canary@acme.test";
// for sso
const PERSON_OF_SSO: &str = "canary@sso.test";

#[actix_web::test]
async fn a_link_of_workos_leaves_no_trace() {
    let mut site = Site::start(&[]).await;
    let (laptop, phone) = (site.visitor(), site.visitor());
    let asked = laptop.ask_for_link(EMAIL, "/canary-path").await;
    site.see("asked", &laptop, &asked);
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
    assert!(!holds(&dump(site.folder.path()), "canary"), "nobody is signed in yet");
    // for cross-device
    let callback_of_laptop = asked.location().replace("/sent", "/finish");
    // without cross-device: let callback_of_laptop = callback.clone();
    let finished = laptop.get(&callback_of_laptop).await;
    site.see("finish", &laptop, &finished);
    assert_eq!(finished.location(), "/canary-path");
    assert!(holds(&dump(site.folder.path()), EMAIL), "whose session it is is known");
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
async fn a_sign_in_by_sso_leaves_no_trace() {
    let mut site = Site::start(&[]).await;
    let visitor = site.visitor();
    let asked = visitor.post("/login", &[("email", PERSON_OF_SSO)]).await;
    site.see("asked", &visitor, &asked);
    // Its page is for the link that it leads to.
    let leaving = visitor.get(asked.location()).await;
    let to_workos = leaving.leads_to(&site.workos.url).unwrap().replace("&amp;", "&");
    let mut callback = site.follow(&to_workos).await;
    while !callback.starts_with(&site.origin) {
        callback = site.follow(&callback).await;
    }
    let arrived = visitor.get(&callback).await;
    site.see("callback", &visitor, &arrived);
    assert_eq!(arrived.location(), "/account");
    // What WorkOS is told is told in the URL, and no secret of ours.
    for known in ["code", "org_sso", "client_emulator", "S256", PERSON_OF_SSO] {
        site.secrets.remove(known);
    }
    site.secrets.retain(|secret| secret.len() > 12 && !secret.starts_with("http"));
    site.look_around(&visitor).await;
    site.assert_nothing_leaked().await;
}

#[actix_web::test]
async fn a_sign_in_by_a_code_leaves_no_trace() {
    let mut site = Site::start(&[("SIGN_IN_WITH", "code")]).await;
    let visitor = site.visitor();
    // Codes that no number of a log is taken for, and the tokens that come with the user.
    let (mailed, typed) = ("canary-mailed", "CANARY");
    let created = json!({ "id": "magic_auth_1", "email": EMAIL, "code": mailed });
    let creation = json!({ "status": 201, "body": created });
    site.workos.fail("/user_management/magic_auth", creation).await;
    let asked = visitor.ask_for_link(EMAIL, "/canary-path").await;
    site.see("asked", &visitor, &asked);
    site.get(&visitor, "/login/sent").await;
    let flow = asked.location().rsplit_once('=').unwrap().1.to_owned();
    let post =
        async |code: &str| visitor.post("/login/code", &[("flow", &flow), ("code", code)]).await;
    let odd = post(typed).await;
    site.see("what is no code", &visitor, &odd);
    let said = json!({ "error": "invalid_one_time_code", "error_description": "canary" });
    let refusal = json!({ "status": 400, "body": said, "count": 1 });
    site.workos.fail("/user_management/authenticate", refusal).await;
    let wrong = post("O O O O O O").await;
    site.see("wrong", &visitor, &wrong);
    assert!(!holds(&dump(site.folder.path()), "canary"), "nobody is signed in yet");
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
async fn a_link_of_our_own_mail_leaves_no_trace() {
    let mut site = Site::with_own_mail().await;
    for ends in [false, true] {
        let (visitor, elsewhere) = (site.visitor(), site.visitor());
        let asked = visitor.ask_for_link(EMAIL, "").await;
        site.see("asked", &visitor, &asked);
        let link = site.workos.newest_link(EMAIL).await;
        site.secrets.insert(link.rsplit_once('/').unwrap().1.to_owned());
        // Both pages are for the token: their buttons lead to it.
        // for cross-device
        assert_eq!(elsewhere.get(&link).await.status, 200);
        let cancel = link.replace("/open/", "/cancel/");
        assert_eq!(elsewhere.get(&cancel).await.status, 200);
        if ends {
            elsewhere.post(&cancel, &[]).await;
            let refused = visitor.get(&link).await;
            site.see("ended", &visitor, &refused);
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
