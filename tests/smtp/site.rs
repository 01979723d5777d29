//! The real binary, which sends email through the server of a test. It is a separate process
//! because `SSL_CERT_FILE` and `EXTRA_CA_FILE` are environment variables that determine which
//! certificates it trusts.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::{Program, Visitor, WorkOs, command, free_port, settings_of_a_test};

use crate::server::{Server, mail_settings};

pub struct Site {
    pub origin: String,
    pub workos: WorkOs,
    program: Program,
    _folder: TempDir,
}

impl Site {
    /// Starts the program with these settings in addition to those that tests need.
    pub async fn start(smtp_url: &str, settings: &[(&str, &str)]) -> Self {
        let (folder, workos, port) = (tempfile::tempdir().unwrap(), WorkOs::start(), free_port());
        let origin = format!("http://127.0.0.1:{port}");
        let address = format!("127.0.0.1:{port}");
        let needed = settings_of_a_test(&origin, &workos.url, folder.path());
        let mut command = command(&[], &needed, folder.path());
        command.env("BIND_ADDRESS", address).envs(mail_settings(smtp_url));
        command.envs(settings.iter().copied());
        let program = Program::start(command).await;
        Self { origin, workos, program, _folder: folder }
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.origin)
    }

    /// Stops the program, and returns its log.
    pub async fn log(self) -> String {
        let (code, log) = self.program.terminate().await;
        assert_eq!(code, Some(0), "{log}");
        log
    }
}

/// A certificate authority that issues certificates for servers.
pub struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    /// Returns the file with its certificate, for a program that should trust it.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Starts a server with a certificate for `localhost` and these additional settings.
    pub fn server(&self, tls: &str, settings: &Value) -> Server {
        self.server_certified(tls, settings, |_| {})
    }

    /// The same as `server`, but changes the certificate before it is signed.
    pub fn server_certified(
        &self,
        tls: &str,
        settings: &Value,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Server {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = |name: &str, content: String| written(self.folder.path(), name, &content);
        let mut all = json!({
            "tls": tls,
            "cert": file("cert.pem", certificate.pem()),
            "key": file("key.pem", key.serialize_pem()),
        });
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        Server::with(all)
    }
}

fn written(folder: &Path, name: &str, content: &str) -> PathBuf {
    std::fs::write(folder.join(name), content).unwrap();
    folder.join(name)
}
