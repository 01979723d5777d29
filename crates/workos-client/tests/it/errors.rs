//! Error responses.

use std::time::{Duration, SystemTime};

use workos_client::WorkOsError;

use crate::support::{all_text, create, responding, response};

#[tokio::test]
async fn errors_are_classified_by_status_and_field() {
    type Predicate = fn(&WorkOsError) -> bool;
    let cases: [(&str, &str, Predicate); 20] = [
        (
            "400 Bad Request",
            r#"{"error":"invalid_grant","error_description":"CANARY"}"#,
            WorkOsError::is_expired_code,
        ),
        (
            "400 Bad Request",
            r#"{"error":"invalid_client","error_description":"x"}"#,
            WorkOsError::is_key_refused,
        ),
        ("400 Bad Request", r#"{"error":"unauthorized_client"}"#, WorkOsError::is_key_refused),
        ("401 Unauthorized", r#"{"message":"Unauthorized"}"#, WorkOsError::is_key_refused),
        ("403 Forbidden", r#"{"message":"no"}"#, WorkOsError::is_key_refused),
        ("429 Too Many Requests", r#""Ratelimited""#, WorkOsError::is_rate_limited),
        ("500 Internal Server Error", "<html>CANARY</html>", WorkOsError::is_outage),
        ("503 Service Unavailable", "", WorkOsError::is_outage),
        ("200 OK", "not json CANARY", WorkOsError::is_outage),
        (
            "422 Unprocessable Entity",
            r#"{"message":"CANARY","errors":[{"field":"email","code":"CANARY is none"}]}"#,
            |error| error.refuses_only("email") && !error.refuses_only("type"),
        ),
        (
            "422 Unprocessable Entity",
            r#"{"errors":[{"field":"email","code":"a"},{"field":"redirect_uri","code":"b"}, "odd"]}"#,
            |error| !error.refuses_only("email"),
        ),
        // A proxy or firewall may reject requests as well.
        ("401 Unauthorized", "<html>CANARY</html>", WorkOsError::is_outage),
        ("403 Forbidden", "<html>CANARY</html>", WorkOsError::is_outage),
        ("403 Forbidden", "", WorkOsError::is_outage),
        ("403 Forbidden", r#""Forbidden""#, WorkOsError::is_outage),
        ("404 Not Found", "<html>CANARY</html>", WorkOsError::is_outage),
        // Newer responses name the field in the code.
        (
            "422 Unprocessable Entity",
            r#"{"message":"CANARY","errors":[{"code":"email_required","message":"CANARY"}]}"#,
            |error| error.refuses_only("email"),
        ),
        (
            "422 Unprocessable Entity",
            r#"{"errors":[{"code":"invalid_email"},{"code":"redirect_uri_invalid"}]}"#,
            |error| !error.refuses_only("email") && !error.is_outage(),
        ),
        (
            "422 Unprocessable Entity",
            r#"{"errors":[{"code":"The email CANARY is not valid","message":"CANARY"}]}"#,
            |error| !error.refuses_only("email"),
        ),
        (
            "400 Bad Request",
            r#"{"error":"CANARY is unknown","errors":["CANARY",7,{"field":"CANARY@acme.test"}]}"#,
            |error| !error.is_outage() && !error.is_expired_code(),
        ),
    ];
    for (status, body, is_expected) in cases {
        let (client, _request) = responding(response(status, body)).await;
        let error = create(&client).await.unwrap_err();
        assert!(is_expected(&error), "{status} {body}: {error:?}");
        assert!(!all_text(&error).contains("CANARY"), "{}", all_text(&error));
        let predicates = [
            error.is_expired_code(),
            error.is_key_refused(),
            error.is_rate_limited(),
            error.is_outage(),
        ];
        assert!(predicates.iter().filter(|is| **is).count() <= 1, "{error:?} is two things");
    }
}

#[tokio::test]
async fn error_keeps_request_id_and_retry_after() {
    let body =
        r#"{"message":"x","code":"rate_limit_exceeded","errors":[{"field":"email","code":"c"}]}"#;
    let head = "429 Too Many Requests\r\nX-Request-Id: req-1\r\nRetry-After: 17";
    let (client, _request) = responding(response(head, body)).await;
    let error = create(&client).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
    let WorkOsError::Refused { status, code, errors, request_id, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(
        (status.as_u16(), code.as_deref(), request_id.as_deref()),
        (429, Some("rate_limit_exceeded"), Some("req-1"))
    );
    assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("email", "c"));
}

#[tokio::test]
async fn retry_after_may_be_a_date_and_is_at_most_an_hour() {
    let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(120));
    for (header, seconds) in [
        ("17", Some(17..=17)),
        (soon.as_str(), Some(110..=120)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0..=0)),
        ("99999999999", Some(3600..=3600)),
        ("soon", None),
    ] {
        let head = format!("503 Service Unavailable\r\nRetry-After: {header}");
        let (client, _request) = responding(response(&head, "")).await;
        let wait = create(&client).await.unwrap_err().retry_after().map(|wait| wait.as_secs());
        assert_eq!(wait.is_some(), seconds.is_some(), "{header}");
        assert!(wait.is_none_or(|wait| seconds.unwrap().contains(&wait)), "{header}: {wait:?}");
    }
}
