//! Every way to sign in, at the most talkative level of the log: no secret of any of them stands in
//! the log, in a page that isn't for it, or in the store; and in the log no address either.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use magic_link_emulator::Options;
use percent_encoding::percent_decode_str;
use serde_json::json;
use url::Url;
use workos_magic_link::sealed::generate_cookie_key;

use crate::answer::Answer;
use crate::program::command;
use crate::running::{Program, free_port};
use crate::stand_in::WorkOs;
use crate::test_app::settings_of_a_test;
use crate::visitor::Visitor;

const EMAIL: &str = "canary@acme.test";
const PERSON_OF_SSO: &str = "canary@sso.test";

/// A site whose program is told to log all, and what was seen of it.
struct Site {
    program: Program,
    workos: WorkOs,
    origin: String,
    folder: tempfile::TempDir,
    secrets: BTreeSet<String>,
    pages: Vec<(&'static str, String)>,
}

impl Site {
    async fn start(own_mail: bool) -> Self {
        Self::with(own_mail, "link").await
    }

    async fn with(own_mail: bool, sign_in_with: &str) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let workos = WorkOs::with(Options { auto_idp: true, ..Options::default() });
        workos.connect("org_sso", "sso.test").await;
        let origin = format!("http://127.0.0.1:{port}");
        let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
        let key = generate_cookie_key().unwrap();
        for (name, value) in [
            ("BIND_ADDRESS", format!("127.0.0.1:{port}")),
            ("RUST_LOG", "trace".to_owned()),
            ("COOKIE_KEYS", key.clone()),
            ("SSO_DOMAINS", "sso.test=org_sso".to_owned()),
            ("SIGN_IN_WITH", sign_in_with.to_owned()),
        ] {
            settings.insert(name.to_owned(), value);
        }
        if own_mail {
            settings.extend(own_mail_settings(&workos));
        }
        let program = Program::start(command(&[], &settings, folder.path())).await;
        let secrets = BTreeSet::from([key, "sk_test_default".to_owned()]);
        Self { program, workos, origin, folder, secrets, pages: Vec::new() }
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin)
    }

    /// Keeps what came back, and what the browser keeps.
    fn see(&mut self, what: &'static str, visitor: &Visitor, answer: &Answer) {
        self.pages.push((what, answer.body.clone()));
        for pair in visitor.cookie_header().split("; ").filter(|pair| !pair.is_empty()) {
            let value = pair.split_once('=').unwrap().1;
            self.secrets.insert(value.to_owned());
            self.secrets.insert(percent_decode_str(value).decode_utf8().unwrap().into_owned());
        }
    }

    async fn get(&mut self, visitor: &Visitor, path: &'static str) -> Answer {
        let answer = visitor.get(path).await;
        self.see(path, visitor, &answer);
        answer
    }

    /// The link's token, and the code and state that it gives.
    async fn follow(&mut self, link: &str) -> String {
        let callback = self.workos.follow(link).await;
        let link = Url::parse(link).unwrap();
        self.secrets
            .extend(link.path_segments().unwrap().filter(|part| part.len() > 20).map(Into::into));
        let url = Url::parse(&callback).unwrap();
        self.secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
        callback
    }

    /// As a person goes about who is signed in.
    async fn look_around(&mut self, visitor: &Visitor) {
        for path in ["/", "/account", "/account/sessions", "/api/session", "/login", "/none"] {
            self.get(visitor, path).await;
        }
        let answer = visitor.post("/logout", &[]).await;
        self.see("logout", visitor, &answer);
        self.get(visitor, "/account").await;
    }

    async fn assert_nothing_leaked(self) {
        assert!(self.secrets.len() >= 7, "there were secrets: {}", self.secrets.len());
        for (what, page) in &self.pages {
            let leak = self.secrets.iter().find(|secret| page.contains(secret.as_str()));
            assert!(leak.is_none(), "{what} holds {leak:?}");
        }
        let dump = dump(self.folder.path());
        for secret in &self.secrets {
            let is_in = dump.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_in, "the store holds {secret}");
        }
        let (_, log) = self.program.terminate().await;
        assert!(log.contains("TRACE") && log.lines().count() > 200, "the log is talkative");
        for secret in self.secrets.iter().map(String::as_str).chain(["canary"]) {
            let leak = log.lines().find(|line| line.contains(secret));
            assert!(leak.is_none(), "{secret} in {leak:?}");
        }
    }
}

fn own_mail_settings(workos: &WorkOs) -> HashMap<String, String> {
    let settings = [
        ("LINK_DELIVERY", "smtp".to_owned()),
        ("SMTP_URL", workos.smtp_url()),
        ("MAIL_FROM", "login@example.test".to_owned()),
    ];
    settings.map(|(name, value)| (name.to_owned(), value)).into()
}

/// All that the store has written.
fn dump(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| file.is_file()).flat_map(|file| std::fs::read(file).unwrap()).collect()
}

fn holds(dump: &[u8], text: &str) -> bool {
    dump.windows(text.len()).any(|window| window == text.as_bytes())
}

#[actix_web::test]
async fn a_link_of_workos_and_an_approval_leave_no_trace() {
    let mut site = Site::start(false).await;
    let (laptop, phone) = (site.visitor(), site.visitor());
    let asked = laptop.ask_for_link(EMAIL, "/canary-path").await;
    site.see("asked", &laptop, &asked);
    let sent = site.get(&laptop, "/login/sent").await;
    let link = site.workos.newest_link(EMAIL).await;
    let callback = site.follow(&link).await;
    let arrived = phone.get(&callback).await;
    site.see("callback elsewhere", &phone, &arrived);
    site.get(&phone, "/login/approve").await;
    for digits in [if sent.digits() == "00" { "01" } else { "00" }, sent.digits()] {
        let answer = phone.post("/login/approve", &[("digits", digits)]).await;
        site.see("approve", &phone, &answer);
    }
    assert!(!holds(&dump(site.folder.path()), "canary"), "nobody is signed in yet");
    let finish = asked.location().replace("/sent", "/finish");
    let finished = laptop.get(&finish).await;
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

#[actix_web::test]
async fn a_sign_in_by_sso_leaves_no_trace() {
    let mut site = Site::start(false).await;
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
    let mut site = Site::with(false, "code").await;
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
    let mut site = Site::start(true).await;
    for ends in [false, true] {
        let (visitor, elsewhere) = (site.visitor(), site.visitor());
        let asked = visitor.ask_for_link(EMAIL, "").await;
        site.see("asked", &visitor, &asked);
        let link = site.workos.newest_link(EMAIL).await;
        site.secrets.insert(link.rsplit_once('/').unwrap().1.to_owned());
        // Both pages are for the token: their buttons lead to it.
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
