//! `POST /login/code`: which codes are accepted, and how many attempts there are.

use serde_json::json;
use test_support::assert_error;
use tokio::task::JoinSet;
use workos_magic_link::sign_in::OneTimeCode;

use crate::code_request::{AUTHENTICATE, CodeRequest, assert_mentions_no_link, by_code, has_field};

#[actix_web::test]
async fn right_code_works_after_two_wrong_attempts() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let first = requested.type_wrong().await;
    assert_error(&first, 200, "wrong_code");
    assert!(first.body.contains("2 attempts left") && first.field("code").is_empty());
    for attribute in ["aria-invalid=\"true\"", "aria-describedby=\"code-error\"", "autofocus"] {
        assert!(has_field(&first) && first.body.contains(attribute), "{attribute}");
    }
    assert_mentions_no_link(&first);
    let reloaded = requested.look().await;
    assert_error(&reloaded, 200, "wrong_code");
    assert!(reloaded.body.contains("2 attempts left"), "a reload uses no attempt");
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 1);
    let malformed = requested.type_and_look("12345").await;
    assert!(malformed.body.contains("2 attempts left"), "it says how many are left");
    assert!(requested.type_wrong().await.body.contains("1 attempt left"));
    assert_eq!(requested.type_right().await.location(), "/account");
}

#[actix_web::test]
async fn third_wrong_code_ends_the_sign_in_and_offers_a_new_code() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "/reports").await;
    let cookies = app.visitor().with_cookies_of(&requested.visitor);
    requested.type_wrong().await;
    requested.type_wrong().await;
    let third = requested.type_wrong().await;
    assert_error(&third, 403, "wrong_code");
    assert!(third.body.contains("Email me a new code"), "{}", third.body);
    let (email, return_to) = (third.field("email"), third.field("return_to"));
    assert_eq!((email, return_to), ("ana@acme.test", "/reports"));
    assert_mentions_no_link(&third);

    // The cookie is removed, and a copy of it has no attempt left.
    assert_error(&requested.type_right().await, 400, "nothing_pending");
    let replayed = CodeRequest { visitor: cookies, ..requested };
    assert_error(&replayed.type_right().await, 400, "code_expired");
    assert_eq!(replayed.status().await["state"], "expired");
    let sent = replayed.visitor.get(&replayed.sent).await;
    assert_error(&sent, 400, "code_expired");
    assert_mentions_no_link(&sent);
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 3);

    let next = CodeRequest::by(app.visitor(), &app, email, return_to).await;
    assert_eq!(next.type_right().await.location(), "/reports");
}

#[actix_web::test]
async fn at_most_three_concurrent_guesses_reach_workos() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let mut tries = JoinSet::new();
    for guess in 0..40 {
        let guess =
            format!("{:06}", (requested.code.parse::<u32>().unwrap() + 1 + guess) % 1_000_000);
        let (twin, flow) =
            (app.visitor().with_cookies_of(&requested.visitor), requested.flow.clone());
        tries.spawn(async move {
            twin.post("/login/code", &[("flow", &flow), ("code", &guess)]).await.status.as_u16()
        });
    }
    let answers = tries.join_all().await;
    assert!(!answers.contains(&200), "{answers:?}");
    let calls = app.workos.calls_of(AUTHENTICATE).await;
    assert!((1..=3).contains(&calls), "{calls}: {answers:?}");
}

#[actix_web::test]
async fn spaces_dashes_and_look_alikes_are_accepted() {
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
        let requested = CodeRequest::new(&app, &format!("ana{number}@acme.test"), "").await;
        let spelled = spelling(&requested.code);
        assert_eq!(requested.type_code(&spelled).await.location(), "/account", "{spelled:?}");
    }
}

#[test]
fn code_is_normalized_before_it_is_read() {
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
        "Your code is 012345. It expires in 10 minutes.",
        "Code: 012 345 (valid until 12:30 on 2026-11-30)",
        "G-012345",
        "012-345 ist Ihr Code",
    ] {
        assert_eq!(read(typed).as_deref(), Some("012345"), "{typed:?}");
    }
    let long = " ".repeat(300) + "012345";
    for typed in [
        "",
        "01234",
        "0123456",
        "01234a",
        "+12345",
        "0x2345",
        "①②③④⑤⑥",
        &long,
        "123456 or 654321",
        "555-123-456",
        "a 1234567",
    ] {
        assert_eq!(read(typed), None, "{typed:?}");
    }
    assert!(!format!("{:?}", OneTimeCode::parse("012345")).contains("012345"));
}

/// Compares with general category Nd in the Unicode table of another library.
#[test]
fn every_unicode_decimal_digit_is_accepted_and_nothing_else() {
    let read = |c: char| OneTimeCode::parse(&c.to_string().repeat(6));
    let class = regex_syntax::parse(r"\p{Nd}").unwrap();
    let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = class.kind()
    else {
        panic!("a class of characters")
    };
    for run in class.ranges() {
        for (value, c) in ('0'..='9').cycle().zip(run.start()..=run.end()) {
            let code = read(c).unwrap_or_else(|| panic!("U+{:04X} isn't read", u32::from(c)));
            assert_eq!(code.as_str(), value.to_string().repeat(6), "U+{:04X}", u32::from(c));
        }
    }
    let look_alikes = ['O', 'o', 'I', 'l', '|'];
    for c in ('\0'..=char::MAX).filter(|c| !c.is_numeric() && !look_alikes.contains(c)) {
        assert!(read(c).is_none(), "U+{:04X} isn't a digit", u32::from(c));
    }
}

#[actix_web::test]
async fn malformed_code_uses_no_attempt_and_makes_no_call() {
    let app = by_code().await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    let long = "1".repeat(3000);
    for typed in ["", "12345", "1234567", "abcdef", "12345x", "+12345", "１２３", &long] {
        let refused = requested.type_and_look(typed).await;
        assert_error(&refused, 200, "wrong_code");
        assert!(has_field(&refused) && !refused.body.contains("attempt"), "{typed}");
        assert!(!requested.look().await.body.contains("data-error"), "it is shown once");
    }
    assert_eq!(app.workos.calls_of(AUTHENTICATE).await, 0);
    assert_eq!(requested.type_right().await.location(), "/account");
}

#[actix_web::test]
async fn eleventh_attempt_a_minute_for_an_address_waits_and_is_not_used_up() {
    let app = by_code().await;
    let mut requests = Vec::new();
    for _ in 0..3 {
        requests.push(CodeRequest::new(&app, "ana@acme.test", "").await);
    }
    app.clock.advance(50);
    let wrong = json!({ "error": "invalid_one_time_code" });
    app.workos.fail(AUTHENTICATE, json!({ "status": 400, "body": wrong, "count": 9 })).await;
    for requested in &requests {
        for _ in 0..3 {
            requested.type_wrong().await;
        }
    }
    // A new code may be requested by now, but the minute of the attempts isn't over.
    app.clock.advance(11);
    app.workos.advance_clock(61).await;
    let requested = CodeRequest::new(&app, "ana@acme.test", "").await;
    assert_error(&requested.type_wrong().await, 200, "wrong_code");
    let eleventh = requested.type_right().await;
    assert_error(&eleventh, 429, "rate_limited");
    let wait: i64 = eleventh.header("retry-after").parse().unwrap();
    assert!((40..=49).contains(&wait) && eleventh.body.contains("Try again in "), "{wait}");
    assert!(has_field(&eleventh));
    assert_mentions_no_link(&eleventh);
    assert_eq!(
        app.workos.calls_of(AUTHENTICATE).await,
        10,
        "the eleventh attempt doesn't reach WorkOS"
    );
    app.clock.advance(wait);
    assert!(
        requested.type_wrong().await.body.contains("1 attempt left"),
        "the attempt that had to wait wasn't used up"
    );
    assert_eq!(requested.type_right().await.location(), "/account");
}
