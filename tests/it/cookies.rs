//! Cookies are matched by their exact bytes, and opened with every configured key.

use std::io::{Read, Write};
use std::net::TcpStream;

use test_support::{TestApp, assert_opened_elsewhere};
use workos_magic_link::sealed::generate_cookie_key;

/// The status of `GET /api/session` with these raw `Cookie` headers.
fn status_with(app: &TestApp, cookies: &[&[u8]]) -> u16 {
    let host = app.origin.split_once("//").unwrap().1;
    let mut request =
        format!("GET /api/session HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").into_bytes();
    for cookie in cookies {
        request.extend([b"Cookie: ".as_slice(), cookie, b"\r\n".as_slice()].concat());
    }
    request.extend(b"\r\n");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(&request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn session_cookie(app: &TestApp, email: &str) -> String {
    app.signed_in(email).await.cookie("__Host-session").unwrap()
}

#[actix_web::test]
async fn cookie_with_a_similar_name_is_ignored() {
    let app = TestApp::spawn().await;
    let value = session_cookie(&app, "eve@evil.test").await;
    assert_eq!(status_with(&app, &[format!("__Host-session={value}").as_bytes()]), 200);
    for name in [
        "%5F%5FHost-session",
        "__%48ost-session",
        "__Host-sessio%6e",
        "\u{2000}__Host-session",
        "\u{a0}__Host-session",
        "__Host-session\u{3000}",
        "__host-session",
        "__HOST-SESSION",
        "\"__Host-session\"",
    ] {
        assert_eq!(status_with(&app, &[format!("{name}={value}").as_bytes()]), 401, "{name:?}");
    }
}

#[actix_web::test]
async fn planted_cookie_never_replaces_the_real_one() {
    let app = TestApp::spawn().await;
    let (mine, evil) =
        (session_cookie(&app, "ana@acme.test").await, session_cookie(&app, "eve@evil.test").await);
    let (mine, evil) = (format!("__Host-session={mine}"), format!("__Host-session={evil}"));
    let forged = evil.replacen("__", "%5F%5F", 1);
    assert_eq!(status_with(&app, &[format!("{forged}; {mine}").as_bytes()]), 200);
    assert_eq!(
        status_with(&app, &[format!("{mine}; {mine}").as_bytes()]),
        200,
        "an identical duplicate is accepted"
    );
    assert_eq!(
        status_with(&app, &[format!("{evil}; {mine}").as_bytes()]),
        401,
        "of two different ones, neither is used"
    );
    assert_eq!(status_with(&app, &[evil.as_bytes(), mine.as_bytes()]), 401, "nor in two headers");
}

#[actix_web::test]
async fn malformed_cookies_do_not_hide_the_session_cookie() {
    let app = TestApp::spawn().await;
    let mine = format!("__Host-session={}", session_cookie(&app, "ana@acme.test").await);
    let others: [&[u8]; 5] = [b"x=\xff; ", b"novalue; ", b"=empty; ", b"a=%zz; ", b";; ; "];
    for other in others {
        assert_eq!(status_with(&app, &[&[other, mine.as_bytes()].concat()]), 200, "{other:?}");
        assert_eq!(
            status_with(&app, &[other, mine.as_bytes()]),
            200,
            "{other:?} in a header of its own"
        );
    }
    assert_eq!(status_with(&app, &[format!("a=b;{mine}\t; c=d").as_bytes()]), 200);
}

#[actix_web::test]
async fn sealed_value_is_rejected_in_another_cookie_or_parameter() {
    let app = TestApp::spawn().await;
    let visitor = app.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let sign_in = visitor.cookie(&visitor.sign_ins()[0]).unwrap();
    let callback = url::Url::parse(&app.workos.follow_newest_link("ana@acme.test").await).unwrap();
    let state = callback.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let session = session_cookie(&app, "eve@evil.test").await;
    for other in [&sign_in, &state, &session[..session.len() - 1], &session.to_uppercase()] {
        assert_eq!(status_with(&app, &[format!("__Host-session={other}").as_bytes()]), 401);
    }
    for other in [&session, &state, &sign_in[..sign_in.len() - 1]] {
        visitor.set_cookie(&visitor.sign_ins()[0], other);
        assert_opened_elsewhere(&visitor.get(callback.as_str()).await);
    }
    for other in [&session, &sign_in] {
        let answer = visitor.get(&format!("/callback?code=x&state={other}")).await;
        assert_eq!(answer.error(), "state_mismatch");
    }
}

#[actix_web::test]
async fn sessions_and_pending_sign_ins_survive_key_rotation() {
    let (old, new) = (generate_cookie_key().unwrap(), generate_cookie_key().unwrap());
    let app = TestApp::with(&[("COOKIE_KEYS", &old)]).await;
    let signed_in = app.signed_in("ana@acme.test").await;
    let requested = app.visitor();
    requested.ask_for_link("bob@acme.test", "").await;
    let callback = app.workos.follow_newest_link("bob@acme.test").await;

    let both = format!("{new},{old}");
    let app = app.restarted_with(&[("COOKIE_KEYS", &both)]).await;
    let (signed_in, away) = (app.again(&signed_in), app.again(&signed_in));
    let style = signed_in.get("/").await.body;
    let style = style.split("href=\"").find(|url| url.contains(".css")).unwrap();
    let style = app.again(&away).get(style.split('"').next().unwrap()).await;
    assert!(
        !style.headers.contains_key("set-cookie"),
        "a response that caches may store sets no cookie"
    );
    assert!(signed_in.is_signed_in().await, "the cookie was resealed with the new key, and works");
    let requested = app.again(&requested);
    assert_eq!(requested.get(&callback).await.location(), "/account");

    let app = app.restarted_with(&[("COOKIE_KEYS", &new)]).await;
    assert!(!app.again(&away).is_signed_in().await);
    assert!(app.again(&signed_in).is_signed_in().await, "the cookie was resealed when it was used");
    assert!(app.again(&requested).is_signed_in().await, "the session is newer than the new key");
}

#[actix_web::test]
async fn too_many_cookies_are_rejected() {
    let app = TestApp::spawn().await;
    let mine = format!("__Host-session={}", session_cookie(&app, "ana@acme.test").await);
    let many: String = (0..1500).map(|n| format!("a{n}=; ")).collect();
    assert_eq!(status_with(&app, &[format!("{}; {mine}", &many[..4000]).as_bytes()]), 200);
    let other = vec![b'a'; 4100];
    assert_eq!(status_with(&app, &[&many.as_bytes()[..4100], &other]), 413);
    assert_eq!(status_with(&app, &[many.as_bytes()]), 413);
}
