//! The audit events in the log.

use serde_json::{Value, json};
use test_support::{Site, assert_error};

/// Returns the audit lines of a JSON log.
fn audit(log: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "audit").collect()
}

fn events(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["fields"]["event"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn audit_has_every_event_of_a_sign_in() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let ana = site.signed_in("ana@acme.test").await;
    let there = site.signed_in("ana@acme.test").await;
    there.post("/account/sessions/revoke-others", &[]).await;
    assert!(!ana.is_signed_in().await);
    there.post("/logout", &[]).await;
    let alias = site.operate(&["audit", "--email", "Ana@ACME.test"]).await;
    let lines = audit(&site.log().await);
    let sign_in = ["asked", "delivered", "opened", "signed_in"];
    assert_eq!(events(&lines), [&sign_in[..], &sign_in, &["ended", "signed_out"]].concat());
    for line in &lines {
        assert_eq!(line["fields"]["person"], alias.trim(), "every event has her alias: {line}");
        assert_eq!(
            line["span"]["id"].as_str().unwrap().len(),
            16,
            "every event has a request ID: {line}"
        );
    }
    let of: Vec<_> = lines.iter().map(|line| line["fields"]["sign_in"].as_str()).collect();
    assert!(of[..4].iter().all(|sign_in| *sign_in == of[0]), "{of:?}");
    assert!(of[4..8].iter().all(|sign_in| *sign_in == of[4]) && of[0] != of[4], "{of:?}");
    assert_eq!(lines[8]["fields"]["sessions"], 1);
    assert_eq!(lines[3]["fields"]["by"], "workos");
}

#[actix_web::test]
async fn refused_sign_in_is_audited_with_its_code_and_user() {
    let settings = [
        ("LOG_FORMAT", "json"),
        ("ALLOWED_EMAIL_DOMAINS", "acme.test"),
        ("RATE_LIMIT_PER_EMAIL", "1/1h"),
    ];
    let site = Site::start(&settings).await;
    let visitor = site.visitor();
    let submit = async |email: &str| visitor.post("/login", &[("email", email)]).await;
    assert_error(&submit("no address").await, 422, "invalid_email");
    assert_error(&submit("eve@evil.test").await, 403, "not_allowed");
    assert_eq!(submit("ana@acme.test").await.status, 303);
    assert_error(&submit("ana@acme.test").await, 429, "rate_limited");
    let callback = site.workos.follow_newest_link("ana@acme.test").await;
    site.workos.fail("/sso/token", json!({ "status": 500, "count": 1 })).await;
    assert_error(&visitor.get(&callback).await, 503, "workos_unavailable");
    assert_error(&visitor.get("/none").await, 404, "not_found");
    let ana = site.operate(&["audit", "--email", "ana@acme.test"]).await;
    let eve = site.operate(&["audit", "--email", "eve@evil.test"]).await;
    let lines = audit(&site.log().await);
    let logged: Vec<_> = lines
        .iter()
        .map(|line| &line["fields"])
        .map(|of| [&of["event"], &of["code"], &of["person"]].map(|it| it.as_str().unwrap_or("")))
        .collect();
    assert_eq!(
        logged,
        [
            ["refused", "invalid_email", ""],
            ["refused", "not_allowed", eve.trim()],
            ["asked", "", ana.trim()],
            ["delivered", "", ana.trim()],
            ["refused", "rate_limited", ana.trim()],
            ["opened", "", ana.trim()],
            ["refused", "workos_unavailable", ana.trim()],
        ]
    );
}

#[actix_web::test]
async fn sign_in_that_fails_at_the_store_is_audited_as_refused() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let visitor = site.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = site.workos.follow_newest_link("ana@acme.test").await;
    let database = site.database();
    let no_more = "CREATE TRIGGER full BEFORE INSERT ON sessions
         BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
    database.execute_batch(no_more).unwrap();
    assert_error(&visitor.get(&callback).await, 503, "store_unavailable");
    let log = site.log().await;
    assert_eq!(events(&audit(&log)), ["asked", "delivered", "opened", "refused"], "{log}");
}

// for cross-device
#[actix_web::test]
async fn approval_in_another_browser_is_audited() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let (laptop, phone) = (site.visitor(), site.visitor());
    let sent = laptop.ask_for_link("ana@acme.test", "").await;
    let digits = laptop.get(sent.location()).await.digits().to_owned();
    phone.get(&site.workos.follow_newest_link("ana@acme.test").await).await;
    phone.post("/login/approve", &[("digits", &digits)]).await;
    let finish = sent.location().replace("sent", "finish");
    assert_eq!(laptop.get(&finish).await.location(), "/account");
    let lines = audit(&site.log().await);
    assert_eq!(events(&lines), ["asked", "delivered", "opened", "approved", "signed_in"]);
    let sign_ins = lines.iter().map(|line| &line["fields"]["sign_in"]);
    assert!(sign_ins.clone().all(|it| it.is_string() && *it == lines[0]["fields"]["sign_in"]));
    assert_eq!(lines[3]["fields"].get("person"), None, "the phone doesn't know the user");
}

#[actix_web::test]
async fn alias_of_a_user_depends_only_on_the_keys() {
    let keys = [(); 2].map(|()| workos_magic_link::sealed::generate_cookie_key().unwrap());
    let alias = async |keys: &str, email: &str| {
        let site = Site::start(&[("COOKIE_KEYS", keys)]).await;
        site.operate(&["audit", "--email", email]).await.trim().to_owned()
    };
    let ana = alias(&keys[0], "ana@acme.test").await;
    assert!(ana.len() == 16 && ana.bytes().all(|byte| byte.is_ascii_hexdigit()), "{ana}");
    assert_eq!(alias(&keys[0], "ana@acme.test").await, ana);
    assert_ne!(alias(&keys[0], "bob@acme.test").await, ana);
    let later = alias(&format!("{},{}", keys[1], keys[0]), "ana@acme.test").await;
    let (newest, older) = later.split_once('\n').unwrap();
    assert_eq!(older, ana, "lines from before the key rotation can still be found");
    assert_ne!(newest, ana);
}

#[actix_web::test]
async fn audit_can_be_logged_without_the_other_events() {
    let site = Site::start(&[("RUST_LOG", "warn,audit=info")]).await;
    site.signed_in("ana@acme.test").await;
    let log = site.log().await;
    assert_eq!(log.lines().count(), 4, "{log}");
    assert!(log.lines().all(|line| line.contains(" audit: event=")), "{log}");
    assert!(!log.contains("acme"), "{log}");
}

#[actix_web::test]
async fn operator_commands_write_an_audit_line_to_stderr() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let ana = site.signed_in("ana@acme.test").await;
    let _also_ana = site.signed_in("ana@acme.test").await;
    let _bob = site.signed_in("bob@acme.test").await;
    let alias = site.operate(&["audit", "--email", "ana@acme.test"]).await;
    let logged = async |arguments: &[&str], settings: &[(&str, &str)]| {
        let output = site.operator(arguments, settings).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !said.contains("acme"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        said
    };
    let fields = async |arguments: &[&str]| {
        // Audit events of commands are written whatever `RUST_LOG` says.
        let said = logged(arguments, &[("RUST_LOG", "off")]).await;
        let [line] = audit(&said).try_into().unwrap();
        line["fields"].clone()
    };
    let person = alias.trim();
    assert_eq!(
        fields(&["audit", "--email", "Ana@ACME.test"]).await,
        json!({ "event": "looked_up_by_operator", "person": person })
    );
    assert_eq!(
        fields(&["sessions", "list", "--email", "ana@acme.test"]).await,
        json!({ "event": "listed_by_operator", "person": person, "sessions": 2 })
    );
    assert_eq!(
        fields(&["sessions", "end", "--email", "ana@acme.test"]).await,
        json!({ "event": "ended_by_operator", "person": person, "sessions": 2 })
    );
    assert!(!ana.is_signed_in().await);
    assert_eq!(
        fields(&["sessions", "end", "--all"]).await,
        json!({ "event": "ended_by_operator", "sessions": 1 })
    );
    let text = logged(&["sessions", "end", "--all"], &[("LOG_FORMAT", "text")]).await;
    assert!(text.contains(" audit: event=\"ended_by_operator\" sessions=0"), "{text}");
}

#[actix_web::test]
async fn failed_operator_command_is_audited_with_its_code() {
    let site = Site::start(&[("LOG_FORMAT", "json")]).await;
    let _ana = site.signed_in("ana@acme.test").await;
    let no_more = "CREATE TRIGGER full BEFORE UPDATE ON sessions
         BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
    site.database().execute_batch(no_more).unwrap();
    let output = site.operator(&["sessions", "end", "--all"], &[]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let [line] = audit(&said).try_into().unwrap();
    let expected = json!({ "event": "ended_by_operator", "code": "store_unavailable" });
    assert_eq!(line["fields"], expected, "{said}");
    // A command with an invalid argument does nothing, so it causes no event.
    let output = site.operator(&["sessions", "end", "--email", "ana"], &[]).await;
    assert_eq!(audit(&String::from_utf8(output.stderr).unwrap()), [json!(null); 0]);
}
