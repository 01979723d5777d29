//! Responses that are missing, truncated, or don't match the API reference.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use workos_client::{Authentication, Profile, WorkOsError};

use crate::support::{
    CREATED, all_text, authenticate, client, create, read_request, responding, response,
};

const PROFILE: &str =
    r#"{"access_token":"CANARY","profile":{"id":"prof_1","email":"ana@acme.test"}}"#;

#[tokio::test]
async fn redirects_are_not_followed() {
    let (client, _request) =
        responding(response("307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/", "")).await;
    assert!(
        matches!(create(&client).await, Err(WorkOsError::Refused { status, .. }) if status == 307)
    );
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let more = CREATED.replacen('{', r#"{"novel":{"deep":[1,null]},"#, 1);
    let (client, _request) = responding(response("201 Created", &more)).await;
    assert_eq!(create(&client).await.unwrap().id, "passwordless_session_1");
}

#[tokio::test]
async fn undocumented_json_is_an_outage() {
    let utf_16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(PROFILE.encode_utf16()).flat_map(order).collect()
    };
    let (before, after) = PROFILE.split_at(PROFILE.find("ana@").unwrap());
    for (what, body) in [
        ("UTF-16, little end first", utf_16(u16::to_le_bytes)),
        ("UTF-16, big end first", utf_16(u16::to_be_bytes)),
        ("no UTF-8", [before.as_bytes(), b"\xff", after.as_bytes()].concat()),
        ("a list", format!("[{PROFILE}]").into_bytes()),
        ("two objects", PROFILE.repeat(2).into_bytes()),
        ("a number for an address", PROFILE.replace("\"ana@acme.test\"", "7").into_bytes()),
        ("no address", PROFILE.replace("email", "e_mail").into_bytes()),
        ("no profile", br#"{"access_token":"CANARY"}"#.to_vec()),
        ("null", b"null".to_vec()),
        ("nothing", Vec::new()),
    ] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let (client, _request) = responding([head.into_bytes(), body].concat()).await;
        let error = client.exchange_code("code", None).await.unwrap_err();
        assert!(matches!(error, WorkOsError::Unreadable { .. }), "{what}: {error:?}");
        assert!(error.is_outage() && !all_text(&error).contains("CANARY"), "{what}: {error:?}");
    }
    for body in [PROFILE.to_owned(), format!("\u{feff}{PROFILE}")] {
        assert_eq!(exchanged(&body).await.email, "ana@acme.test");
    }
}

/// Returns the Profile of a code exchange with this response.
async fn exchanged(body: &str) -> Profile {
    let (client, _request) = responding(response("200 OK", body)).await;
    client.exchange_code("code", None).await.unwrap_or_else(|error| panic!("{body}: {error:?}"))
}

#[tokio::test]
async fn optional_fields_of_another_type_count_as_missing() {
    let others = ["7", "true", "null", "[]", "{}", "\"text\"", "[7]", "[{\"id\":\"x\"}]"];
    for field in [
        "first_name",
        "last_name",
        "name",
        "role",
        "groups",
        "organization_id",
        "custom_attributes",
        "raw_attributes",
        "idp_id",
        "connection_id",
        "novel",
    ] {
        for other in others {
            let profile = PROFILE.replace("\"email\"", &format!("\"{field}\":{other},\"email\""));
            assert_eq!(exchanged(&profile).await.email, "ana@acme.test");
        }
    }
    let odd = PROFILE.replace(
        "\"email\"",
        r#""name":7,"role":"admin","groups":[{"id":"x"}],"raw_attributes":[],"idp_id":{},"email""#,
    );
    let profile = exchanged(&odd).await;
    assert_eq!((profile.name, profile.role.is_none(), profile.groups.len()), (None, true, 0));
    assert_eq!((profile.raw_attributes.len(), profile.idp_id.as_str()), (0, ""));
    for token in ["7", "null", "{}"] {
        exchanged(&PROFILE.replace("\"CANARY\"", token)).await;
    }
    exchanged(&PROFILE.replace("\"access_token\":\"CANARY\",", "")).await;

    let user = r#"{"user":{"id":"user_1","email":"ana@acme.test","first_name":7,"last_name":["x"],
        "profile_picture_url":{}}}"#;
    let (client, _request) = responding(response("200 OK", user)).await;
    let Authentication::Complete(user) = authenticate(&client, "123456").await.unwrap() else {
        panic!("WorkOS requires a further step")
    };
    assert_eq!((user.email.as_str(), user.name), ("ana@acme.test", None));
}

#[tokio::test]
async fn lone_surrogates_become_replacement_characters() {
    for (escaped, read) in [
        (r"\ud83d", "\u{fffd}"),
        (r"\uDE00", "\u{fffd}"),
        (r"a\ud83d b", "a\u{fffd} b"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\ud83d\ude00", "\u{1f600}"),
        (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
        (r"\ud83d\n", "\u{fffd}\n"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d", "\\\u{fffd}"),
        (r"\u005cud83d", r"\ud83d"),
    ] {
        let named = PROFILE.replace("\"email\"", &format!("\"name\":\"{escaped}\",\"email\""));
        assert_eq!(exchanged(&named).await.name.as_deref(), Some(read), "{escaped}");
        let key = format!("\"raw_attributes\":{{\"{escaped}\":[\"{escaped}\"]}},\"email\"");
        let nested = exchanged(&PROFILE.replace("\"email\"", &key)).await.raw_attributes;
        assert_eq!(nested[read][0], read, "{escaped}");
        // The same in an unknown field.
        exchanged(&PROFILE.replacen('{', &format!("{{\"novel\":\"{escaped}\","), 1)).await;
    }
    for broken in [r"\ud83", r"\u", r"\x", r"\"] {
        let named = PROFILE.replace("\"email\"", &format!("\"name\":\"{broken}\",\"email\""));
        for body in [named.as_str(), &named[..named.find(broken).unwrap() + broken.len()]] {
            let (client, _request) = responding(response("200 OK", body)).await;
            assert!(client.exchange_code("code", None).await.unwrap_err().is_outage(), "{body}");
        }
    }
}

#[tokio::test]
async fn unrequested_content_encoding_is_reported() {
    for status in ["200 OK", "400 Bad Request", "401 Unauthorized", "404 Not Found"] {
        for encoding in ["gzip", "br", "zstd, gzip"] {
            let head = format!("{status}\r\nContent-Encoding: {encoding}");
            let (client, request) = responding(response(&head, "\u{1f}\u{8b}\u{8}CANARY")).await;
            let error = client.exchange_code("code", None).await.unwrap_err();
            assert!(error.is_outage() && !error.is_key_refused(), "{head}: {error:?}");
            let text = all_text(&error);
            assert!(text.contains("unrequested Content-Encoding"), "{head}: {text}");
            assert!(!text.contains("CANARY"), "{text}");
            assert!(!request.await.unwrap().to_lowercase().contains("accept-encoding"));
        }
    }
    let head = "200 OK\r\nContent-Encoding: identity";
    let (client, _request) = responding(response(head, PROFILE)).await;
    assert!(client.exchange_code("code", None).await.is_ok());
}

#[tokio::test]
async fn bodies_over_256_kib_are_rejected() {
    let padded = |bytes: usize| {
        CREATED.replace("passwordless_session_1", &"x".repeat(bytes - CREATED.len()))
    };
    let (client, _request) = responding(response("201 Created", &padded(256 * 1024))).await;
    assert!(create(&client).await.is_ok());
    let (client, _request) = responding(response("201 Created", &padded(257 * 1024))).await;
    assert!(matches!(create(&client).await, Err(WorkOsError::Unreadable { .. })));
}

#[tokio::test]
async fn truncated_response_is_an_outage() {
    let whole = response("201 Created", CREATED);
    for length in [0, 12, whole.len() - 1] {
        let (client, _request) = responding(whole[..length].to_vec()).await;
        assert!(create(&client).await.unwrap_err().is_outage());
        let (client, _request) = responding(whole[..length].to_vec()).await;
        let error = client.send_passwordless_session("CANARY").await.unwrap_err();
        assert!(error.is_outage(), "{error:?}");
        assert!(!all_text(&error).contains("CANARY"), "the URL contains the session ID");
    }
}

#[tokio::test]
async fn refused_connection_fails_at_once() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let started = Instant::now();
    assert!(create(&client(&format!("http://{address}"))).await.unwrap_err().is_outage());
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn unresolvable_host_fails_within_the_connect_timeout() {
    let started = Instant::now();
    assert!(create(&client("https://workos.invalid")).await.unwrap_err().is_outage());
    // If no name server responds, the connection timeout applies.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn at_most_64_calls_run_at_once_and_others_wait_two_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    let (started, mut silent) = (Instant::now(), Vec::new());
    let mut calls: JoinSet<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            async move { create(&client).await }
        })
        .collect();
    // 64 calls are sent, and the others wait.
    while silent.len() < 64 {
        silent.push(listener.accept().await.unwrap().0);
    }
    let one_more = timeout(Duration::from_secs(1), listener.accept());
    assert!(one_more.await.is_err(), "more than 64 at once");
    // One more is sent when a call gets its response.
    let mut one = silent.pop().unwrap();
    read_request(&mut one).await;
    one.write_all(&response("201 Created", CREATED)).await.unwrap();
    one.shutdown().await.unwrap();
    assert!(calls.join_next().await.unwrap().unwrap().is_ok());
    silent.push(listener.accept().await.unwrap().0);
    // The others fail after two seconds.
    for _ in 0..100 - 64 - 1 {
        let error = calls.join_next().await.unwrap().unwrap().unwrap_err();
        assert!(matches!(error, WorkOsError::Busy) && error.is_outage(), "{error:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    while let Some(late) = calls.join_next().await {
        assert!(matches!(late.unwrap(), Err(WorkOsError::Unreachable(_))));
    }
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
}

#[tokio::test]
async fn slow_bytes_do_not_extend_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        let mut drip = tokio::time::interval(Duration::from_millis(200));
        let _ = stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 10000\r\n\r\n").await;
        while stream.write_all(b" ").await.is_ok() {
            drip.tick().await;
        }
    });
    let started = Instant::now();
    assert!(create(&client).await.unwrap_err().is_outage());
    let took = started.elapsed();
    assert!((4.0..8.0).contains(&took.as_secs_f32()), "{took:?}");
}
