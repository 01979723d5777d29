//! `POST /login/code`: with `SIGN_IN_WITH=code`, WorkOS mails six digits, which are typed in here.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use workos_magic_link::sign_in::OneTimeCode;

use crate::answer::{Answer, assert_error};
use crate::test_app::TestApp;
use crate::visitor::Visitor;

pub const CREATE: &str = "/user_management/magic_auth";
pub const AUTHENTICATE: &str = "/user_management/authenticate";

pub async fn by_code() -> TestApp {
    TestApp::with(&[("SIGN_IN_WITH", "code")]).await
}

/// Somebody who has asked for a code.
pub struct Asked {
    pub visitor: Visitor,
    /// The page that waits for it.
    pub sent: String,
    pub flow: String,
    /// As mailed.
    pub code: String,
}

impl Asked {
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
        self.type_code(&wrong(&self.code)).await
    }

    pub async fn status(&self) -> Value {
        self.visitor.get(&self.sent.replace("/sent", "/status")).await.json()
    }
}

/// Another than this.
pub fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

pub fn has_field(page: &Answer) -> bool {
    page.body.contains("autocomplete=\"one-time-code\"")
}

/// None was mailed.
pub fn says_nothing_of_a_link(page: &Answer) {
    let (_, main) = page.body.split_once("<main").unwrap();
    let main = main.split("</main>").next().unwrap().to_lowercase();
    assert!(!main.contains("link"), "{}", page.body);
}

#[actix_web::test]
async fn the_right_code_signs_in_the_browser_that_asked() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "/reports?a=1").await;
    let page = asked.visitor.get(&asked.sent).await;
    assert!(has_field(&page) && page.body.contains("inputmode=\"numeric\""), "{}", page.body);
    assert_eq!(page.field("flow"), asked.flow);
    assert!(page.body.contains("ana@acme.test") && !page.body.contains(&asked.code));
    assert!(!page.body.contains("data-digits"), "there is nothing to be opened elsewhere");
    assert!(!page.body.contains("http-equiv"), "what is being typed stays");
    says_nothing_of_a_link(&page);
    assert_eq!(asked.status().await["state"], "pending");

    assert_eq!(asked.type_right().await.location(), "/reports?a=1");
    assert!(asked.visitor.is_signed_in().await);
    assert!(asked.visitor.sign_ins().is_empty());
    let status = asked.status().await;
    assert_eq!((&status["state"], &status["next"]), (&"signed_in".into(), &"/reports?a=1".into()));
    assert_eq!(asked.visitor.get(&asked.sent).await.location(), "/reports?a=1");
    assert_eq!(asked.type_right().await.location(), "/reports?a=1", "pressed once more");
    assert_eq!(app.workos.calls().await, [CREATE, AUTHENTICATE], "and nothing of links");
}

#[actix_web::test]
async fn the_profile_is_of_the_user_and_has_no_tokens() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let user = json!({
        "object": "user", "id": "user_1", "email": "Ana@Acme.test", "first_name": "Ana",
        "last_name": "Lee", "email_verified": true, "profile_picture_url": "https://p.test/1.png",
        "something_new": { "a": 1 },
    });
    let body = json!({ "user": user, "access_token": "CANARY", "refresh_token": "CANARY" });
    app.workos.fail(AUTHENTICATE, json!({ "status": 200, "body": body })).await;
    assert_eq!(asked.type_right().await.location(), "/account");
    let session = asked.visitor.get_json("/api/session").await.json();
    let user = &session["user"];
    assert_eq!((&user["id"], &user["email"]), (&"user_1".into(), &"Ana@Acme.test".into()));
    assert_eq!((&user["connection_type"], &user["name"]), (&"MagicAuth".into(), &"Ana Lee".into()));
    assert_eq!(user["raw_attributes"]["email_verified"], true);
    assert_eq!(user["raw_attributes"]["something_new"]["a"], 1);
    let account = asked.visitor.get("/account").await;
    assert!(account.body.contains("MagicAuth") && account.body.contains("Ana Lee"));
    assert!(!account.body.contains("CANARY") && !session.to_string().contains("CANARY"));
}

#[actix_web::test]
async fn wrong_twice_and_right_the_third_time() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let first = asked.type_wrong().await;
    assert_error(&first, 422, "wrong_code");
    assert!(first.body.contains("2 more tries") && first.field("code").is_empty());
    for attribute in ["aria-invalid=\"true\"", "aria-describedby=\"code-error\"", "autofocus"] {
        assert!(has_field(&first) && first.body.contains(attribute), "{attribute}");
    }
    says_nothing_of_a_link(&first);
    assert!(asked.type_wrong().await.body.contains("1 more try"));
    assert_eq!(asked.type_right().await.location(), "/account");
}

#[actix_web::test]
async fn the_third_wrong_code_ends_the_sign_in_and_a_new_one_is_a_click_away() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "/reports").await;
    let cookies = app.visitor().with_cookies_of(&asked.visitor);
    asked.type_wrong().await;
    asked.type_wrong().await;
    let third = asked.type_wrong().await;
    assert_error(&third, 403, "wrong_code");
    assert!(third.body.contains("Mail me a new code"), "{}", third.body);
    let (email, return_to) = (third.field("email"), third.field("return_to"));
    assert_eq!((email, return_to), ("ana@acme.test", "/reports"));
    says_nothing_of_a_link(&third);

    // The cookie is gone, and whoever kept it has no further try.
    assert_error(&asked.type_right().await, 400, "nothing_pending");
    let replayed = Asked { visitor: cookies, ..asked };
    assert_error(&replayed.type_right().await, 400, "code_expired");
    assert_eq!(replayed.status().await["state"], "expired");
    let sent = replayed.visitor.get(&replayed.sent).await;
    assert_error(&sent, 400, "code_expired");
    says_nothing_of_a_link(&sent);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 3);

    let anew = Asked::by(app.visitor(), &app, email, return_to).await;
    assert_eq!(anew.type_right().await.location(), "/reports");
}

#[actix_web::test]
async fn of_many_guesses_at_once_three_reach_workos_at_most() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let mut tries = JoinSet::new();
    for guess in 0..40 {
        let guess = format!("{:06}", (asked.code.parse::<u32>().unwrap() + 1 + guess) % 1_000_000);
        let (twin, flow) = (app.visitor().with_cookies_of(&asked.visitor), asked.flow.clone());
        tries.spawn(async move {
            twin.post("/login/code", &[("flow", &flow), ("code", &guess)]).await.status.as_u16()
        });
    }
    let answers = tries.join_all().await;
    assert!(!answers.contains(&200), "{answers:?}");
    let asked_workos = app.workos.calls_of(AUTHENTICATE).await;
    assert!((1..=3).contains(&asked_workos), "{asked_workos}: {answers:?}");
}

#[actix_web::test]
async fn spaces_dashes_and_look_alikes_are_forgiven() {
    let app = by_code().await;
    type Spelling = fn(&str) -> String;
    let spellings: [Spelling; 6] = [
        |code| format!("  {} {}\u{a0}\r\n", &code[..3], &code[3..]),
        |code| format!("{}-{}", &code[..3], &code[3..]),
        |code| format!("\u{feff}{}\u{200b}\u{2013}{}\u{200e}", &code[..3], &code[3..]),
        |code| code.replace('0', "O").replace('1', "l"),
        |code| code.replace('0', "o").replace('1', "I"),
        |code| {
            code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap()).collect()
        },
    ];
    for (number, spelling) in spellings.into_iter().enumerate() {
        let asked = Asked::new(&app, &format!("ana{number}@acme.test"), "").await;
        let spelled = spelling(&asked.code);
        assert_eq!(asked.type_code(&spelled).await.location(), "/account", "{spelled:?}");
    }
}

#[test]
fn what_is_typed_is_read_as_it_is_meant() {
    let read = |typed: &str| OneTimeCode::parse(typed).map(|code| code.as_str().to_owned());
    for typed in [
        "012345",
        " 012 345\n",
        "0\u{2009}1-2\u{2013}3.4_5",
        "\u{202f}012\u{200b}345\u{feff}",
        "Ol2345",
        "oI2345",
        "0|2345",
        "\u{ff10}\u{ff11}\u{ff12}345",
        "\u{660}\u{661}\u{662}\u{663}\u{664}\u{665}",
        "\u{6f0}\u{6f1}\u{6f2}\u{6f3}\u{6f4}\u{6f5}",
        "\u{966}\u{967}\u{968}\u{969}\u{96a}\u{96b}",
    ] {
        assert_eq!(read(typed).as_deref(), Some("012345"), "{typed:?}");
    }
    let long = " ".repeat(300) + "012345";
    for typed in ["", "01234", "0123456", "01234a", "+12345", "0x2345", "①②③④⑤⑥", &long]
    {
        assert_eq!(read(typed), None, "{typed:?}");
    }
    assert!(!format!("{:?}", OneTimeCode::parse("012345")).contains("012345"));
}

#[actix_web::test]
async fn what_cannot_be_a_code_costs_no_try_and_asks_nobody() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let long = "1".repeat(3000);
    for typed in ["", "12345", "1234567", "abcdef", "12345x", "+12345", "１２３", &long] {
        let refused = asked.type_code(typed).await;
        assert_error(&refused, 422, "wrong_code");
        assert!(has_field(&refused) && !refused.body.contains("more tr"), "{typed}");
    }
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);
    assert_eq!(asked.type_right().await.location(), "/account");
}

#[actix_web::test]
async fn a_code_lives_for_ten_minutes() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "/reports").await;
    app.clock.advance(10 * 60);
    assert_eq!(asked.status().await["state"], "expired");
    for late in [asked.type_right().await, asked.visitor.get(&asked.sent).await] {
        assert_error(&late, 400, "code_expired");
        assert_eq!((late.field("email"), late.field("return_to")), ("ana@acme.test", "/reports"));
        says_nothing_of_a_link(&late);
    }
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0, "it is known to be too old");

    // By WorkOS's own clock.
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    app.workos.advance_clock(10 * 60).await;
    assert_error(&asked.type_right().await, 400, "code_expired");
    assert_error(&asked.type_right().await, 400, "nothing_pending");
}

#[actix_web::test]
async fn a_code_works_once_in_the_browser_that_asked_and_in_no_other() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let stranger = app.visitor();
    let form = [("flow", asked.flow.as_str()), ("code", asked.code.as_str())];
    let refused = stranger.post("/login/code", &form).await;
    assert_error(&refused, 400, "nothing_pending");
    assert_eq!(refused.field("email"), "", "it learns no address");
    says_nothing_of_a_link(&refused);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);

    let thief = app.visitor().with_cookies_of(&asked.visitor);
    assert_eq!(asked.type_right().await.location(), "/account");
    app.clock.advance(60);
    let replayed = thief.post("/login/code", &form).await;
    assert_error(&replayed, 400, "code_expired");
    assert!(!thief.is_signed_in().await);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1);
}

#[actix_web::test]
async fn pressed_twice_at_once_it_signs_in_once_and_shows_no_failure() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    app.workos.fail(AUTHENTICATE, json!({ "delay_ms": 300 })).await;
    let mut presses = JoinSet::new();
    for _ in 0..8 {
        let twin = app.visitor().with_cookies_of(&asked.visitor);
        let (flow, code) = (asked.flow.clone(), asked.code.clone());
        presses.spawn(async move {
            let answer = twin.post("/login/code", &[("flow", &flow), ("code", &code)]).await;
            (answer.location().to_owned(), twin)
        });
    }
    let answers = presses.join_all().await;
    let (through, waiting): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(location, _)| location == "/account");
    assert_eq!(through.len(), 1, "one session begins");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1);
    for (location, _) in &waiting {
        assert_eq!(*location, asked.sent, "the page that moves on by itself");
    }
    // Without scripts it loads anew, and leads on in the browser that has the session by then.
    let page = waiting[0].1.get(&asked.sent).await;
    assert!(page.body.contains("<noscript><meta http-equiv=\"refresh\" content=\"1;"));
    let browser = app.visitor().with_cookies_of(&through[0].1);
    assert_eq!(browser.get(&asked.sent).await.location(), "/account");
}

#[actix_web::test]
async fn the_same_person_as_by_link() {
    let app = TestApp::spawn().await;
    let by_link = app.signed_in("ana@acme.test").await;
    let app = app.restarted_with(&[("SIGN_IN_WITH", "code")]).await;
    let asked = Asked::new(&app, "Ana@Acme.test", "").await;
    assert_eq!(asked.type_right().await.location(), "/account");
    let sessions = asked.visitor.get("/account/sessions").await;
    assert_eq!(sessions.body.matches("data-session").count(), 2, "{}", sessions.body);
    asked.visitor.post("/account/sessions/revoke-others", &[]).await;
    assert!(!app.again(&by_link).is_signed_in().await);
}

#[actix_web::test]
async fn one_setting_switches_there_and_back_and_what_is_under_way_goes_on() {
    let app = TestApp::spawn().await;
    let by_link = app.visitor();
    by_link.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    let app = app.restarted_with(&[("SIGN_IN_WITH", "code"), ("CROSS_DEVICE", "deny")]).await;
    let by_link = app.again(&by_link);
    assert!(by_link.get("/login/sent").await.body.contains("a link is on its way"));
    assert_eq!(by_link.get(&callback).await.location(), "/account");
    let asked = Asked::new(&app, "bob@acme.test", "").await;

    let app = app.restarted_with(&[("SIGN_IN_WITH", "link")]).await;
    let asked = Asked { visitor: app.again(&asked.visitor), ..asked };
    assert!(has_field(&asked.visitor.get(&asked.sent).await));
    assert_eq!(asked.type_right().await.location(), "/account");
}

#[cfg(feature = "smtp")]
#[actix_web::test]
async fn what_is_set_for_links_may_stay_set() {
    let app = TestApp::with_own_mail(&[("SIGN_IN_WITH", "code")]).await;
    let visitor = app.visitor();
    visitor.post("/login", &[("email", "ana@acme.test"), ("delivery", "smtp")]).await;
    assert_eq!(app.workos.calls().await, [CREATE]);
    assert!(app.workos.smtp_commands().await.is_empty());
}

#[actix_web::test]
async fn the_pages_promise_a_code_and_no_link() {
    let app = by_code().await;
    let visitor = app.visitor();
    for path in ["/", "/login", "/?lang=de", "/login?lang=de"] {
        let page = visitor.get(path).await;
        assert!(page.body.contains("Code") || page.body.contains("code"), "{}", page.body);
        says_nothing_of_a_link(&page);
        assert!(
            page.body.contains("WorkOS Magic Auth") && !page.body.contains("WorkOS Magic Link")
        );
    }
}

#[actix_web::test]
async fn somebody_else_who_is_signed_in_is_asked_beside_the_field() {
    let app = by_code().await;
    let bob = Asked::new(&app, "bob@acme.test", "").await;
    bob.type_right().await;
    let ana = Asked::by(bob.visitor, &app, "ana@acme.test", "").await;
    // The page that was open before Bob signed in names nobody.
    assert_eq!(ana.type_right().await.location(), ana.sent);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1, "nothing was tried");
    let page = ana.visitor.get(&ana.sent).await;
    assert!(page.body.contains("You are signed in as") && page.body.contains("bob@acme.test"));
    assert!(page.body.contains("Sign in as ana@acme.test"), "{}", page.body);
    let form = [
        ("flow", ana.flow.as_str()),
        ("instead_of", page.field("instead_of")),
        ("code", &ana.code),
    ];
    assert_eq!(ana.visitor.post("/login/code", &form).await.location(), "/account");
    let session = ana.visitor.get_json("/api/session").await.json();
    assert_eq!(session["user"]["email"], "ana@acme.test");
}

#[actix_web::test]
async fn another_site_cannot_type_a_code_and_reading_is_no_try() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let forged = asked.visitor.request(Method::POST, "/login/code");
    let forged = forged.header("Sec-Fetch-Site", "cross-site");
    let form = [("flow", &asked.flow), ("code", &asked.code)];
    assert_error(&asked.visitor.send(forged.form(&form)).await, 403, "cross_site");
    let by_get = format!("/login/code?flow={}&code={}", asked.flow, asked.code);
    assert_error(&asked.visitor.get(&by_get).await, 405, "method_not_allowed");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);
}

#[actix_web::test]
async fn a_sign_in_by_link_takes_no_code() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    let sent = visitor.ask_for_link("ana@acme.test", "").await;
    let flow = sent.location().strip_prefix("/login/sent?flow=").unwrap();
    let answer = visitor.post("/login/code", &[("flow", flow), ("code", "123456")]).await;
    assert_error(&answer, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);
}

#[actix_web::test]
async fn a_domain_of_an_organization_goes_there_as_before() {
    let app = TestApp::with_sso(&[("SIGN_IN_WITH", "code")]).await;
    let visitor = app.visitor();
    let answer = visitor.ask_for_link("ana@acme.test", "").await;
    assert!(answer.location().starts_with("/login/sso?flow="), "{}", answer.location());
    // And doesn't come in past it by a code that was mailed before.
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let app = app.restarted_with(&[("SSO_DOMAINS", "acme.test=org_acme")]).await;
    let asked = Asked { visitor: app.again(&asked.visitor), ..asked };
    assert_error(&asked.type_right().await, 403, "not_allowed");
    assert!(!asked.visitor.is_signed_in().await);
}

#[actix_web::test]
async fn a_program_learns_in_json_what_was_wrong() {
    let app = by_code().await;
    let asked = Asked::new(&app, "ana@acme.test", "").await;
    let request = asked.visitor.request(Method::POST, "/login/code");
    let request = request.header("Sec-Fetch-Site", "same-origin");
    let form = [("flow", asked.flow.as_str()), ("code", &wrong(&asked.code))];
    let problem =
        asked.visitor.send(request.header("Accept", "application/json").form(&form)).await;
    assert_eq!(problem.status, 422);
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["code"], "wrong_code");
}
