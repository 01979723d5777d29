//! Sealed values that are damaged, forged or used in another context don't open.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use test_support::{Answer, TestApp, Visitor, assert_opened_elsewhere};
use url::Url;
use workos_magic_link::config::parse_cookie_keys;
use workos_magic_link::sealed::{Sealed, generate_cookie_key};

const KNOWN: &str = "__Host-known";

/// A fresh value of each sealed type, and the visitor who may use them.
struct World {
    app: TestApp,
    /// The values by their type.
    values: BTreeMap<&'static str, String>,
    requested: Visitor,
    flow_cookie: String,
    callback: String,
    key: String,
}

impl World {
    async fn new() -> Self {
        let key = generate_cookie_key().unwrap();
        let settings = [("COOKIE_KEYS", key.as_str()), ("RATE_LIMIT_PER_MAILBOX", "1/1h")];
        let app = TestApp::with_own_mail(&settings).await;
        let requested = app.visitor();
        requested.ask_for_link("ana@acme.test", "").await;
        let link = app.workos.newest_link("ana@acme.test").await;
        let leaving = requested.post(&link, &[]).await;
        let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
        // for cross-device
        let elsewhere = app.visitor();
        // for cross-device
        assert_opened_elsewhere(&elsewhere.get(&callback).await);
        let flow_cookie = requested.sign_ins().remove(0);
        let signed_in = eve(&app).await;
        let values = BTreeMap::from([
            ("session", signed_in.cookie("__Host-session").unwrap()),
            ("known", signed_in.cookie(KNOWN).unwrap()),
            ("flow", requested.cookie(&flow_cookie).unwrap()),
            // for cross-device
            ("approve", elsewhere.cookie("__Host-approve").unwrap()),
            ("state", state_of(&callback)),
            ("mail", link.rsplit_once('/').unwrap().1.to_owned()),
        ]);
        Self { app, values, requested, flow_cookie, callback, key }
    }

    /// Checks that the app rejects this value in this place.
    async fn assert_opens_nothing(&self, place: &str, value: &str, what: &str) {
        let what = format!("{what} in the place of {place}");
        let stranger = self.app.visitor();
        let refused = |answer: &Answer| {
            assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
        };
        match place {
            "session" => {
                stranger.set_cookie("__Host-session", value);
                refused(&stranger.get_json("/api/session").await);
            }
            "flow" => {
                stranger.set_cookie(&self.flow_cookie, value);
                let answer = stranger.get(&self.callback).await;
                assert_opened_elsewhere(&answer);
            }
            // for cross-device
            "approve" => {
                stranger.set_cookie("__Host-approve", value);
                refused(&stranger.get("/login/approve").await);
                refused(&stranger.post("/login/approve", &[("digits", "00")]).await);
                let with_flow = self.app.again(&self.requested);
                with_flow.set_cookie("__Host-approve", value);
                refused(&with_flow.get("/login/switch").await);
            }
            "state" => {
                let requested = self.app.again(&self.requested);
                let query = [("code", "x"), ("state", value)];
                let path = Url::parse_with_params("http://x/callback", query).unwrap();
                refused(&requested.get(&path[url::Position::BeforePath..]).await);
            }
            "mail" => {
                for path in [format!("/login/open/{value}"), format!("/login/cancel/{value}")] {
                    let requested = self.app.again(&self.requested);
                    refused(&requested.get(&path).await);
                    refused(&requested.post(&path, &[]).await);
                }
            }
            "known" => {
                stranger.set_cookie(KNOWN, value);
                assert!(!gets_email(&stranger).await, "{what}");
            }
            _ => panic!("{place}"),
        }
        assert!(!stranger.is_signed_in().await, "{what}");
    }

    /// Checks that each value still works in its own place.
    async fn assert_all_work(self) {
        let stranger = self.app.visitor();
        stranger.set_cookie("__Host-session", &self.values["session"]);
        assert!(stranger.is_signed_in().await);
        stranger.set_cookie(KNOWN, &self.values["known"]);
        assert!(gets_email(&stranger).await);
        // for cross-device
        stranger.set_cookie("__Host-approve", &self.values["approve"]);
        // for cross-device
        assert_eq!(stranger.get("/login/approve").await.status, 200);
        let mailed = format!("/login/cancel/{}", self.values["mail"]);
        assert_eq!(stranger.get(&mailed).await.status, 200);
        assert_eq!(self.requested.get(&self.callback).await.location(), "/account");
    }
}

/// Returns whether the signed-in user gets another email although the mailbox reached its limit.
async fn gets_email(visitor: &Visitor) -> bool {
    let sent = visitor.ask_for_link("eve@evil.test", "").await;
    !visitor.get(sent.location()).await.body.contains("data-next-mail")
}

/// Returns a visitor who is signed in.
async fn eve(app: &TestApp) -> Visitor {
    let visitor = app.visitor();
    visitor.ask_for_link("eve@evil.test", "").await;
    let link = app.workos.newest_link("eve@evil.test").await;
    let leaving = visitor.post(&link, &[]).await;
    let callback = app.workos.follow(leaving.leads_to(&app.workos.url).unwrap()).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    visitor
}

fn state_of(callback: &str) -> String {
    let url = Url::parse(callback).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[actix_web::test]
async fn sealed_values_do_not_open_in_other_contexts() {
    let world = World::new().await;
    for place in world.values.keys() {
        for (kind, value) in world.values.iter().filter(|(kind, _)| *kind != place) {
            world.assert_opens_nothing(place, value, kind).await;
        }
        for nonsense in ["", "x", "null", "{}", "AAAAAAAAAAAAAAAA", &"A".repeat(1000)] {
            if !(nonsense.is_empty() && *place == "mail") {
                world.assert_opens_nothing(place, nonsense, nonsense).await;
            }
        }
    }
    world.assert_all_work().await;
}

/// Returns variants of the value: truncated, changed, or encoded differently.
fn damaged(value: &str) -> Vec<String> {
    let cut = |to: usize| value[..to].to_owned();
    let mut damaged = vec![
        cut(value.len() - 1),
        cut(value.len() / 2),
        value[1..].to_owned(),
        format!("{value}A"),
        format!("{value}AAAA"),
        value.to_ascii_lowercase(),
        value.to_ascii_uppercase(),
        value.replace(|c: char| c.is_ascii_digit(), "0"),
    ];
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(value) {
        damaged.extend([STANDARD.encode(&bytes), STANDARD_NO_PAD.encode(&bytes)]);
        damaged.extend([URL_SAFE.encode(&bytes), format!("{value}="), format!("{value}==")]);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        damaged.push(hex);
        for position in [0, 11, 12, bytes.len() - 17, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1;
            damaged.push(URL_SAFE_NO_PAD.encode(flipped));
        }
    }
    damaged.retain(|other| other != value);
    damaged
}

#[actix_web::test]
async fn damaged_or_reencoded_values_do_not_open() {
    let world = World::new().await;
    for (place, value) in &world.values {
        for other in damaged(value) {
            // A slash would change the path.
            let other = if *place == "mail" { other.replace('/', "%2F") } else { other };
            world.assert_opens_nothing(place, &other, &other).await;
        }
        let twice: String = value.bytes().map(|byte| format!("%25{byte:02X}")).collect();
        world.assert_opens_nothing(place, &twice[..twice.len().min(900)], "encoded twice").await;
    }
    world.assert_all_work().await;
}

/// Defines sealed types with any content, one for each purpose.
macro_rules! kinds {
    ($($kind:ident $purpose:literal),+) => { $(
        #[derive(Clone, Serialize, Deserialize)]
        #[serde(transparent)]
        struct $kind(Value);
        impl Sealed for $kind {
            const PURPOSE: &'static str = $purpose;
        }
    )+ };
}

kinds!(
    State "state 3", OldState "state 2", Pending "pending sign-in 3", OldPending "pending sign-in 2",
    MailLink "mail link 3", OldMailLink "mail link 2", PendingCallback "arrival 1",
    Known "known browser 1", OldKnown "known browser 0", Nameless ""
);
// for cross-device
kinds!(Approval "approval 1");

#[actix_web::test]
async fn values_of_another_key_version_purpose_or_context_do_not_open() {
    let world = World::new().await;
    let ours = parse_cookie_keys(&world.key).unwrap();
    let other = parse_cookie_keys(&generate_cookie_key().unwrap()).unwrap();
    let flow = world.flow_cookie.as_str();
    macro_rules! check {
        ($kind:ident, $at:expr, $name:literal, [$($wrong:ident),+]) => {
            let $kind(inside) = ours.open::<$kind>($at, &world.values[$name]).expect($name);
            let forged = [
                ("another key", other.seal($at, &$kind(inside.clone())).unwrap()),
                ("another place", ours.seal("elsewhere", &$kind(inside.clone())).unwrap()),
                $((stringify!($wrong), ours.seal($at, &$wrong(inside.clone())).unwrap()),)+
                ("nothing inside", ours.seal($at, &$kind(Value::Null)).unwrap()),
                ("something else inside", ours.seal($at, &$kind(serde_json::json!({ "f": 1 }))).unwrap()),
            ];
            for (what, value) in forged {
                world.assert_opens_nothing($name, &value, what).await;
            }
        };
    }
    check!(State, "", "state", [OldState, MailLink, Nameless]);
    check!(MailLink, "", "mail", [OldMailLink, State, Nameless]);
    check!(Pending, flow, "flow", [OldPending, PendingCallback, Nameless]);
    // for cross-device
    check!(PendingCallback, "__Host-approve", "approve", [Approval, Pending, Nameless]);
    check!(Known, KNOWN, "known", [OldKnown, Pending, PendingCallback, Nameless]);
    // The app accepts what this test seals, so the rejections above have the expected cause.
    let Pending(inside) = ours.open::<Pending>(flow, &world.values["flow"]).unwrap();
    world.requested.set_cookie(flow, &ours.seal(flow, &Pending(inside)).unwrap());
    world.assert_all_work().await;
}
