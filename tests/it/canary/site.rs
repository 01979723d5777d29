//! A site whose pages, store and log are searched for secrets.

use std::collections::BTreeSet;
use std::path::Path;

use magic_link_emulator::Options;
use percent_encoding::percent_decode_str;
use test_support::{Answer, Program, Visitor, WorkOs, command, free_port, settings_of_a_test};
use url::Url;
use workos_magic_link::sealed::generate_cookie_key;

/// A site that logs everything, with the pages and secrets seen so far.
pub struct Site {
    program: Program,
    pub workos: WorkOs,
    pub origin: String,
    pub folder: tempfile::TempDir,
    pub secrets: BTreeSet<String>,
    pages: Vec<(&'static str, String)>,
}

impl Site {
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let workos = WorkOs::with(Options { auto_idp: true, ..Options::default() });
        // for sso
        workos.connect("org_sso", "sso.test").await;
        Self::beside(workos, settings).await
    }

    #[cfg(feature = "smtp")]
    pub async fn with_own_mail() -> Self {
        let workos = WorkOs::with(Options { auto_idp: true, ..Options::default() });
        // for sso
        workos.connect("org_sso", "sso.test").await;
        let smtp_url = workos.smtp_url();
        let own_mail = [
            ("LINK_DELIVERY", "smtp"),
            ("SMTP_URL", smtp_url.as_str()),
            ("MAIL_FROM", "login@example.test"),
        ];
        Self::beside(workos, &own_mail).await
    }

    async fn beside(workos: WorkOs, settings: &[(&str, &str)]) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let origin = format!("http://127.0.0.1:{port}");
        let (address, key) = (format!("127.0.0.1:{port}"), generate_cookie_key().unwrap());
        let own = [
            ("BIND_ADDRESS", address.as_str()),
            ("RUST_LOG", "trace"),
            ("COOKIE_KEYS", key.as_str()),
            // for sso
            ("SSO_DOMAINS", "sso.test=org_sso"),
        ];
        let mut all = settings_of_a_test(&origin, &workos.url, folder.path());
        all.extend(
            [&own, settings]
                .concat()
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let program = Program::start(command(&[], &all, folder.path())).await;
        let secrets = BTreeSet::from([key, "sk_test_default".to_owned()]);
        Self { program, workos, origin, folder, secrets, pages: Vec::new() }
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin)
    }

    /// Records the page, and the browser's cookies as secrets.
    pub fn see(&mut self, what: &'static str, visitor: &Visitor, answer: &Answer) {
        self.pages.push((what, answer.body.clone()));
        for pair in visitor.cookie_header().split("; ").filter(|pair| !pair.is_empty()) {
            let value = pair.split_once('=').unwrap().1;
            self.secrets.insert(value.to_owned());
            self.secrets.insert(percent_decode_str(value).decode_utf8().unwrap().into_owned());
        }
    }

    pub async fn get(&mut self, visitor: &Visitor, path: &'static str) -> Answer {
        let answer = visitor.get(path).await;
        self.see(path, visitor, &answer);
        answer
    }

    /// Follows the link, and records its token and the code and state of the callback as secrets.
    pub async fn follow(&mut self, link: &str) -> String {
        let callback = self.workos.follow(link).await;
        let link = Url::parse(link).unwrap();
        self.secrets
            .extend(link.path_segments().unwrap().filter(|part| part.len() > 20).map(Into::into));
        let url = Url::parse(&callback).unwrap();
        self.secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
        callback
    }

    /// Visits the pages that a signed-in user visits, and signs out.
    pub async fn look_around(&mut self, visitor: &Visitor) {
        for path in ["/", "/account", "/account/sessions", "/api/session", "/login", "/none"] {
            self.get(visitor, path).await;
        }
        let answer = visitor.post("/logout", &[]).await;
        self.see("logout", visitor, &answer);
        self.get(visitor, "/account").await;
    }

    pub async fn assert_nothing_leaked(self) {
        assert!(self.secrets.len() >= 7, "too few secrets were recorded: {}", self.secrets.len());
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
        assert!(log.contains("TRACE") && log.lines().count() > 200, "the log is verbose");
        for secret in self.secrets.iter().map(String::as_str).chain(["canary"]) {
            let leak = log.lines().find(|line| line.contains(secret));
            assert!(leak.is_none(), "{secret} in {leak:?}");
        }
    }
}

/// Returns all bytes that the store has written.
pub fn dump(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| file.is_file()).flat_map(|file| std::fs::read(file).unwrap()).collect()
}

pub fn holds(dump: &[u8], text: &str) -> bool {
    dump.windows(text.len()).any(|window| window == text.as_bytes())
}
