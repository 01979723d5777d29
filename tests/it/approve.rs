//! `/login/approve`: WorkOS's link, opened in a browser that didn't request it.

use reqwest::Method;
use test_support::{TestApp, TwoBrowsers, Visitor, assert_error};
use tokio::task::JoinSet;

const EXCHANGE: &str = "/sso/token";

#[actix_web::test]
async fn right_digits_sign_in_only_the_requesting_browser() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "/reports?a=1").await;
    let page = two.phone.get("/login/approve").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("UTC") && page.body.contains("Unknown browser"),
        "the time and the device of the request"
    );
    for secret in ["ana@acme.test", "/reports", "data-digits"] {
        assert!(!page.body.contains(secret), "this browser may be another user's: {secret}");
    }
    assert_eq!(two.status().await["state"], "pending");

    assert_eq!(two.type_digits(&two.digits().await).await.location(), "/login/approve");
    for _ in 0..2 {
        let approved = two.phone.get("/login/approve").await;
        assert!(approved.body.contains("Continue in your other browser"), "also after a reload");
    }
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0, "the code waits for the requesting browser");
    let status = two.status().await;
    assert_eq!(status["state"], "approved");
    let next = two.next().await;
    assert_eq!(status["next"], next.as_str());

    assert_eq!(two.laptop.get(&next).await.location(), "/reports?a=1");
    assert!(two.laptop.is_signed_in().await);
    assert!(!two.phone.is_signed_in().await);
    assert!(two.laptop.sign_ins().is_empty());
    let status = two.status().await;
    assert_eq!((&status["state"], &status["next"]), (&"signed_in".into(), &"/reports?a=1".into()));
    assert_eq!(two.laptop.get(&two.sent).await.location(), "/reports?a=1", "without scripts too");
}

#[actix_web::test]
async fn malformed_digits_use_no_attempt() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    for digits in ["", "1", "123", "１", "١٢٣", "ab", "①②", "½2", "-1"] {
        assert_error(&two.type_digits(digits).await, 422, "wrong_digits");
    }
    let spaced = two.digits().await.replace("", " ");
    assert_eq!(two.type_digits(&spaced).await.status, 303, "white space is ignored");
}

/// The `pattern` on the page must accept them as well, which `tests/browser/approve.rs` tests.
#[actix_web::test]
async fn digits_of_any_script_are_accepted() {
    let app = TestApp::spawn().await;
    for (number, zero) in
        ['０', '٠', '۰', '०', '০', '๐', '\u{1d7ce}', '\u{1e950}'].into_iter().enumerate()
    {
        let two = TwoBrowsers::new(&app, &format!("ana{number}@acme.test"), "").await;
        let in_script =
            |c: char| char::from_u32(u32::from(zero) + c.to_digit(10).unwrap()).unwrap();
        let translate = |digits: &str| digits.chars().map(in_script).collect::<String>();
        let (right, wrong) = (two.digits().await, two.wrong_digits().await);
        let refused = two.type_digits(&translate(wrong)).await;
        assert_error(&refused, 422, "wrong_digits");
        assert!(
            refused.body.contains("2 attempts left"),
            "wrong digits use an attempt in any script"
        );
        let pasted = format!("\u{200f}{}\u{feff}\n", translate(&right));
        assert_eq!(two.type_digits(&pasted).await.status, 303, "{pasted:?}");
        assert_eq!(two.status().await["state"], "approved");
    }
}

#[actix_web::test]
async fn third_wrong_attempt_ends_the_sign_in() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    let (right, wrong) = (two.digits().await, two.wrong_digits().await);
    let first = two.type_digits(wrong).await;
    assert_error(&first, 422, "wrong_digits");
    assert!(first.body.contains("2 attempts left") && first.field("digits").is_empty());
    assert!(two.type_digits(wrong).await.body.contains("1 attempt left"));
    let third = two.type_digits(wrong).await;
    assert_error(&third, 403, "wrong_digits");
    assert!(third.body.contains("Too many incorrect attempts"));

    assert_error(&two.type_digits(&right).await, 403, "wrong_digits");
    assert_error(&two.phone.get("/login/approve").await, 403, "wrong_digits");
    assert_error(&two.phone.get(&two.callback).await, 400, "nothing_pending");
    assert_eq!(two.status().await["state"], "expired");
    let over = two.laptop.get(&two.sent).await;
    assert_error(&over, 400, "link_expired");
    assert_eq!(over.field("email"), "ana@acme.test", "the page offers a new link");
    assert_error(&two.laptop.get(&two.callback).await, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0, "wrong digits never reach WorkOS");
}

#[actix_web::test]
async fn only_three_of_many_concurrent_attempts_count() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    let right = two.digits().await;
    let mut tries = JoinSet::new();
    for digits in (0..100).map(|digits| format!("{digits:02}")).filter(|digits| *digits != right) {
        let twin = app.visitor().with_cookies_of(&two.phone);
        tries.spawn(async move {
            twin.post("/login/approve", &[("digits", &digits)]).await.status.as_u16()
        });
    }
    let answers = tries.join_all().await;
    // The response to the third attempt already says that no attempt is left.
    assert_eq!(answers.iter().filter(|status| **status == 422).count(), 2, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 403).count(), 97, "{answers:?}");
}

#[actix_web::test]
async fn right_digits_submitted_twice_at_the_third_attempt_are_approved() {
    let app = TestApp::spawn().await;
    for round in 0..15 {
        let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
        let (right, wrong) = (two.digits().await, two.wrong_digits().await);
        two.type_digits(wrong).await;
        two.type_digits(wrong).await;
        let mut presses = JoinSet::new();
        for _ in 0..2 {
            let (twin, right) = (app.visitor().with_cookies_of(&two.phone), right.clone());
            presses.spawn(async move {
                twin.post("/login/approve", &[("digits", &right)]).await.status.as_u16()
            });
        }
        assert_eq!(presses.join_all().await, [303, 303], "round {round}");
        assert_eq!(two.laptop.get(&two.next().await).await.location(), "/account");
    }
}

#[actix_web::test]
async fn concurrent_right_and_wrong_third_attempts_leave_one_outcome() {
    let app = TestApp::spawn().await;
    for _ in 0..15 {
        let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
        let (right, wrong) = (two.digits().await, two.wrong_digits().await);
        two.type_digits(wrong).await;
        two.type_digits(wrong).await;
        let mut presses = JoinSet::new();
        for digits in [right.clone(), wrong.to_owned()] {
            let twin = app.visitor().with_cookies_of(&two.phone);
            presses.spawn(async move {
                let answer = twin.post("/login/approve", &[("digits", &digits)]).await;
                (digits, answer.status.as_u16())
            });
        }
        let answers = presses.join_all().await;
        let was_right = answers.contains(&(right.clone(), 303));
        let state = two.status().await["state"].clone();
        // Only one of the two was the third attempt.
        assert_eq!(state, if was_right { "approved" } else { "expired" }, "{answers:?}");
    }
}

#[actix_web::test]
async fn fewer_than_three_wrong_attempts_never_block_concurrent_right_ones() {
    let app = TestApp::spawn().await;
    // The number of wrong attempts before, then of concurrent right and wrong ones.
    for (before, right, wrong) in [(1, 1, 1), (0, 2, 1), (0, 1, 2), (1, 2, 1), (0, 4, 2)] {
        for _ in 0..5 {
            let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
            let (right_digits, wrong_digits) = (two.digits().await, two.wrong_digits().await);
            for _ in 0..before {
                two.type_digits(wrong_digits).await;
            }
            let mut presses = JoinSet::new();
            for n in 0..right + wrong {
                let digits = if n < right { right_digits.clone() } else { wrong_digits.to_owned() };
                let twin = app.visitor().with_cookies_of(&two.phone);
                presses.spawn(async move {
                    twin.post("/login/approve", &[("digits", &digits)]).await;
                });
            }
            presses.join_all().await;
            assert_eq!(two.status().await["state"], "approved", "{before} {right} {wrong}");
        }
    }
}

#[actix_web::test]
async fn right_digits_work_after_two_wrong_attempts() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    two.type_digits(two.wrong_digits().await).await;
    two.type_digits(two.wrong_digits().await).await;
    let (right, wrong) = (two.digits().await, two.wrong_digits().await);
    for _ in 0..5 {
        assert_eq!(
            two.type_digits(&right).await.location(),
            "/login/approve",
            "canceling again succeeds"
        );
    }
    assert_eq!(two.type_digits(wrong).await.location(), "/login/approve");
    assert_eq!(two.laptop.get(&two.next().await).await.location(), "/account");
}

#[actix_web::test]
async fn canceling_ends_the_sign_in_in_both_browsers() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    for _ in 0..2 {
        let ended = two.phone.post("/login/approve/cancel", &[]).await;
        assert_eq!(ended.location(), "/login/approve", "canceling again succeeds");
        let done = two.phone.get("/login/approve").await;
        assert_eq!(done.status, 200);
        assert!(done.body.contains("Sign-in canceled"));
    }
    assert_eq!(two.status().await["state"], "expired");
    assert_error(&two.laptop.get(&two.callback).await, 400, "nothing_pending");
    assert_eq!(app.workos.calls_of(EXCHANGE).await, 0);
}

#[actix_web::test]
async fn deny_shows_an_explanation_without_a_digits_field() {
    let app = TestApp::with(&[("CROSS_DEVICE", "deny")]).await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    assert!(!two.laptop.get(&two.sent).await.body.contains("data-digits"));
    let page = two.phone.get("/login/approve").await;
    assert!(!page.body.contains("name=\"digits\"") && page.leads_to("/login").is_some());
    assert!(page.leads_to("/login/approve/cancel").is_some());
    for digits in 0..100 {
        let refused = two.type_digits(&format!("{digits:02}")).await;
        assert_error(&refused, 400, "nothing_pending");
    }
    assert_eq!(
        two.laptop.get(&two.callback).await.location(),
        "/account",
        "the link still works in the requesting browser"
    );
}

#[actix_web::test]
async fn page_expires_with_the_authorization_code() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    let digits = two.digits().await;
    app.clock.advance(10 * 60);
    assert_error(&two.phone.get("/login/approve").await, 400, "nothing_pending");
    assert_error(&two.type_digits(&digits).await, 400, "nothing_pending");
}

#[actix_web::test]
async fn browser_that_opened_no_link_has_nothing_to_approve() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    assert_error(&visitor.get("/login/approve").await, 400, "nothing_pending");
    assert_error(
        &visitor.post("/login/approve", &[("digits", "12")]).await,
        400,
        "nothing_pending",
    );
    assert_error(&visitor.post("/login/approve/cancel", &[]).await, 400, "nothing_pending");
    assert_error(&visitor.get("/login/finish").await, 400, "nothing_pending");
    assert_eq!(visitor.get("/login/status").await.json()["state"], "none");
    assert_eq!(visitor.get("/login/status?flow=../x").await.json()["state"], "none");
}

#[actix_web::test]
async fn cross_site_request_can_neither_approve_nor_cancel() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    let digits = two.digits().await;
    for path in ["/login/approve", "/login/approve/cancel"] {
        let forged = two.phone.request(Method::POST, path).header("Sec-Fetch-Site", "cross-site");
        let answer = two.phone.send(forged.form(&[("digits", &digits)])).await;
        assert_error(&answer, 403, "cross_site");
    }
    assert_eq!(two.status().await["state"], "pending");
}

#[actix_web::test]
async fn json_request_gets_errors_as_problem_documents() {
    let app = TestApp::spawn().await;
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    let request = two.phone.request(Method::POST, "/login/approve");
    let request = request.header("Sec-Fetch-Site", "same-origin");
    let request = request.header("Accept", "application/json").form(&[("digits", "x")]);
    let problem = two.phone.send(request).await;
    assert_eq!(problem.header("content-type"), "application/problem+json");
    assert_eq!(problem.json()["code"], "wrong_digits");
}

#[actix_web::test]
async fn form_acts_only_on_the_sign_in_that_its_page_showed() {
    let app = TestApp::spawn().await;
    let mine = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    let shown = mine.phone.get("/login/approve").await;
    let shown = shown.field("flow");
    // Another tab of the phone opens another link.
    let other = app.visitor();
    other.ask_for_link("ana@acme.test", "").await;
    let callback = app.workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(mine.phone.get(&callback).await.location(), "/login/approve");
    for path in ["/login/approve", "/login/approve/cancel"] {
        let refused = mine.phone.post(path, &[("flow", shown), ("digits", "00")]).await;
        assert_error(&refused, 400, "nothing_pending");
        assert_eq!(
            refused.leads_to("/login/approve"),
            Some("/login/approve"),
            "the page links to the current sign-in"
        );
    }
    assert_eq!(
        other.get(&callback).await.location(),
        "/account",
        "the other sign-in was not canceled"
    );
}

#[actix_web::test]
async fn forms_without_fields_need_no_body() {
    let app = TestApp::spawn().await;
    let bare = async |visitor: &Visitor, path: &str| {
        let request = visitor.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
        visitor.send(request).await
    };
    let two = TwoBrowsers::new(&app, "ana@acme.test", "").await;
    let ended = bare(&two.phone, "/login/approve/cancel").await;
    assert_eq!(ended.location(), "/login/approve");

    let bob = app.signed_in("bob@acme.test").await;
    bob.ask_for_link("ana@acme.test", "").await;
    bob.get(&app.workos.follow_newest_link("ana@acme.test").await).await;
    assert_eq!(bare(&bob, "/login/switch").await.location(), "/account");
}
