//! `TLS=files`: a renewed certificate is loaded without a restart. SIGHUP triggers a reload, and never
//! terminates the program.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use test_support::{Program, WorkOs, command, free_port, http, settings_of_a_test};

/// Creates a certificate and its key in a separate folder, like certbot does.
fn issue(folder: &Path, name: &str) -> reqwest::Certificate {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = folder.join(name);
    fs::create_dir(&folder).unwrap();
    for (file, pem) in
        [("cert.pem", made.cert.pem()), ("key.pem", made.signing_key.serialize_pem())]
    {
        fs::write(folder.join(file), pem).unwrap();
        // All files have the same modification time.
        File::options()
            .write(true)
            .open(folder.join(file))
            .unwrap()
            .set_modified(std::time::UNIX_EPOCH)
            .unwrap();
    }
    reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap()
}

/// Returns a client that trusts only this certificate.
fn browser(trusted: &reqwest::Certificate) -> reqwest::Client {
    reqwest::Client::builder().tls_certs_only([trusted.clone()]).build().unwrap()
}

/// The program with `cert.pem` and `key.pem`, which are links to files in another folder.
struct Served {
    folder: TempDir,
    origin: String,
    program: Program,
    _workos: WorkOs,
}

impl Served {
    async fn start(first: &str) -> (Self, reqwest::Certificate) {
        let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
        let certificate = issue(folder.path(), first);
        link(folder.path(), first);
        let origin = format!("https://localhost:{port}");
        let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
        for (name, value) in [
            ("BIND_ADDRESS", format!("127.0.0.1:{port}").as_str()),
            ("TLS", "files"),
            ("TLS_CERT_FILE", "cert.pem"),
            ("TLS_KEY_FILE", "key.pem"),
        ] {
            settings.insert(name.to_owned(), value.to_owned());
        }
        let mut command = command(&[], &settings, folder.path());
        command.stderr(File::create(folder.path().join("log")).unwrap());
        let program = Program::start(command).await;
        (Self { folder, origin, program, _workos: workos }, certificate)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    async fn until_logged(&self, words: &str) {
        let begun = Instant::now();
        while !self.log().contains(words) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{words:?} in {}", self.log());
            tokio::task::yield_now().await;
        }
    }

    /// Returns whether a new connection gets this certificate.
    async fn shows(&self, certificate: &reqwest::Certificate) -> bool {
        browser(certificate).get(format!("{}/login", self.origin)).send().await.is_ok()
    }

    async fn until_shown(&self, certificate: &reqwest::Certificate) {
        let begun = Instant::now();
        while !self.shows(certificate).await {
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", self.log());
        }
    }
}

/// Points the links to this folder, one after the other.
fn link(folder: &Path, name: &str) {
    for file in ["cert.pem", "key.pem"] {
        let new = folder.join("new-link");
        symlink(Path::new(name).join(file), &new).unwrap();
        fs::rename(new, folder.join(file)).unwrap();
    }
}

#[actix_web::test]
async fn sighup_reloads_the_certificate_and_keeps_connections() {
    let (served, first) = Served::start("first").await;
    let open = browser(&first);
    let visit = async || open.get(format!("{}/login", served.origin)).send().await.unwrap();
    assert_eq!(visit().await.status(), 200);

    let second = issue(served.folder.path(), "second");
    link(served.folder.path(), "second");
    served.program.signal("HUP").await;
    served.until_shown(&second).await;
    assert!(!served.shows(&first).await);
    // The client trusts only the first certificate, so it couldn't reconnect.
    assert_eq!(visit().await.status(), 200);

    fs::write(served.folder.path().join("second/cert.pem"), "nonsense").unwrap();
    served.program.signal("HUP").await;
    served.until_logged("cert.pem contains no PEM certificate").await;
    assert!(served.log().contains(" ERROR "), "{}", served.log());
    assert!(served.shows(&second).await);
    drop(open);
    assert_eq!(served.program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn renewed_certificate_is_loaded_without_sighup_unless_invalid() {
    let (served, first) = Served::start("first").await;
    let second = issue(served.folder.path(), "second");
    fs::copy(
        served.folder.path().join("second/cert.pem"),
        served.folder.path().join("first/cert.pem"),
    )
    .unwrap();
    served.until_logged("does not belong to the certificate").await;
    assert!(served.shows(&first).await && !served.shows(&second).await);
    link(served.folder.path(), "second");
    served.until_shown(&second).await;
    let log = served.log();
    assert_eq!(log.matches("does not belong to the certificate").count(), 1, "{log}");
    assert_eq!(served.program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn sighup_never_terminates_the_program() {
    let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    settings.insert("SHUTDOWN_DRAIN".to_owned(), "2s".to_owned());
    let dotenv = folder.path().join(".env");
    assert!(std::process::Command::new("mkfifo").arg(&dotenv).status().unwrap().success());
    let mut child = command(&[], &settings, folder.path()).spawn().unwrap();
    let id = child.id().unwrap();
    let signal = |name: &str| {
        let kill = format!("kill {name} {id}");
        let kill = std::process::Command::new("sh").args(["-c", &kill]).status();
        assert!(kill.unwrap().success(), "the program exited");
    };
    // The pipe opens when the program reads its settings, which blocks the program there.
    let settings = File::options().write(true).open(dotenv).unwrap();
    signal("-HUP");
    drop(settings);
    let begun = Instant::now();
    let mut until = async |status: Option<u16>| loop {
        let answer = http().get(format!("{origin}/health/ready")).send().await;
        if answer.ok().map(|answer| answer.status().as_u16()) == status {
            break;
        }
        assert_eq!(child.try_wait().unwrap(), None, "the program exited");
        assert!(begun.elapsed() < Duration::from_secs(20));
    };
    until(Some(200)).await;
    signal("-HUP");
    until(Some(200)).await;
    signal("-TERM");
    until(Some(503)).await;
    signal("-HUP");
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}
