//! The image: the last stage of the `Dockerfile`, built without an engine. And the settings in `deploy/`.
//! `tests/image/run` builds all stages with an engine.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::slice;

use tempfile::TempDir;
use test_support::{Program, Visitor, WorkOs, free_port};
use tokio::process::Command;
use workos_magic_link::sealed::generate_cookie_key;

#[cfg(feature = "redis")]
use crate::compose::service;
use crate::files::{SITE, read, settings};
use crate::installed::secrets;

/// Returns the folder that `scripts/static` creates.
fn context() -> PathBuf {
    let context = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("static");
    assert!(context.exists(), "scripts/static creates {}", context.display());
    context
}

pub struct Image {
    root: TempDir,
    user: u32,
    pub environment: HashMap<String, String>,
    pub health_check: Vec<String>,
    program: String,
}

impl Image {
    /// Builds the image. Fails for any instruction that it doesn't know.
    pub fn build() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::set_permissions(&root, PermissionsExt::from_mode(0o755)).unwrap();
        let mut image = Self {
            root,
            user: 0,
            environment: HashMap::new(),
            health_check: Vec::new(),
            program: String::new(),
        };
        let text = read("Dockerfile");
        let (_, stage) = text.rsplit_once("FROM scratch AS app\n").unwrap();
        for line in stage.lines().filter(|line| !line.starts_with('#')) {
            let (instruction, rest) = line.split_once(' ').unwrap();
            let words: Vec<_> = rest.split(' ').collect();
            match (instruction, &words[..]) {
                ("EXPOSE", ["8443"]) | ("WORKDIR", ["/"]) => {}
                ("COPY", ["--from=build", from, to]) => image.copy(from, to, 0),
                ("COPY", ["--from=build", "--chown=65532:65532", from, to]) => {
                    image.copy(from, to, 65532);
                }
                ("HEALTHCHECK", ["--timeout=10s", "--start-period=10s", "CMD", command @ ..]) => {
                    image.health_check = serde_json::from_str(&command.join(" ")).unwrap();
                }
                ("USER", ["65532:65532"]) => image.user = 65532,
                ("ENV", pairs) => {
                    let pairs = pairs.iter().map(|pair| pair.split_once('=').unwrap());
                    image.environment.extend(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())));
                }
                ("ENTRYPOINT", [program]) => {
                    image.program = program.trim_matches(['[', ']', '"']).to_owned();
                }
                _ => panic!("unknown instruction: {line}"),
            }
        }
        image
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    fn copy(&self, from: &str, to: &str, owner: u32) {
        let from = context().join(from.strip_prefix("/src/target/static/").unwrap());
        let to = self.path(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        if from.is_dir() {
            assert_eq!(fs::read_dir(&from).unwrap().count(), 0, "{}", from.display());
            fs::create_dir(&to).unwrap();
            fs::set_permissions(&to, fs::metadata(&from).unwrap().permissions()).unwrap();
        } else {
            fs::copy(from, &to).unwrap();
        }
        if is_root() {
            chown(to, Some(owner), Some(owner)).unwrap();
        }
    }

    /// Returns all files and empty folders.
    fn contents(&self) -> BTreeSet<String> {
        let mut contents = BTreeSet::new();
        let mut paths = vec![self.root.path().to_owned()];
        while let Some(path) = paths.pop() {
            let inner: Vec<_> = match fs::read_dir(&path) {
                Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
                Err(_) => Vec::new(),
            };
            if inner.is_empty() {
                let path = path.strip_prefix(self.root.path()).unwrap();
                contents.insert(format!("/{}", path.display()));
            }
            paths.extend(inner);
        }
        contents
    }

    /// Returns a command that runs a program of the image as its user, with the image as its root.
    fn command(&self, program: &[String], settings: &HashMap<String, String>) -> Command {
        let (root, user) = (self.root.path().display(), self.user);
        let mut command = if is_root() {
            let mut chroot = Command::new("chroot");
            chroot.args([format!("--userspec={user}:{user}"), root.to_string()]);
            chroot
        } else {
            let mut unshare = Command::new("unshare");
            unshare.args([format!("--map-user={user}"), format!("--map-group={user}")]);
            unshare.arg(format!("--root={root}"));
            unshare
        };
        command.args(program).env_clear().env("PATH", "/usr/sbin:/usr/bin");
        command.envs(&self.environment).envs(settings).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[actix_web::test]
async fn image_with_only_the_program_can_sign_in() {
    let image = Image::build();
    let all = ["/.env", "/data", "/etc/ssl/certs/ca-certificates.crt", "/workos-magic-link"];
    assert_eq!(image.contents(), all.map(str::to_owned).into());
    assert_ne!(image.user, 0);
    // Container engines add this file.
    fs::write(image.path("/etc/hosts"), "127.0.0.1 localhost\n").unwrap();

    let (workos, port) = (WorkOs::start(), free_port());
    let mut settings = secrets(&workos, &generate_cookie_key().unwrap());
    let by_name = workos.url.replace("127.0.0.1", "localhost");
    settings.insert("WORKOS_API_URL".to_owned(), by_name);
    settings.insert("BASE_URL".to_owned(), format!("https://{SITE}"));
    settings.insert("PORT".to_owned(), port.to_string());
    let is_healthy = async || {
        let mut command = image.command(&image.health_check, &settings);
        command.status().await.unwrap().code()
    };
    assert_eq!(is_healthy().await, Some(1));
    let program = slice::from_ref(&image.program);
    let program = Program::start(image.command(program, &settings)).await;
    assert_eq!(is_healthy().await, Some(0));
    let visitor =
        Visitor::new(&format!("https://{SITE}")).through(&format!("http://127.0.0.1:{port}"));
    visitor.ask_for_link("ana@acme.test", "").await;
    let callback = workos.follow_newest_link("ana@acme.test").await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.is_signed_in().await);
    drop(visitor);
    assert_eq!(program.terminate().await.0, Some(0));
    let written: BTreeSet<_> = image.contents().into_iter().collect();
    let written =
        written.iter().filter(|path| !all.contains(&path.as_str()) && *path != "/etc/hosts");
    assert!(written.clone().count() > 0 && written.clone().all(|path| path.starts_with("/data/")));
}

/// Returns whether a setting of this name exists.
pub fn is_setting(name: &str) -> bool {
    include_str!("../../.env.example").lines().any(|line| {
        line.trim_start_matches('#').split_once('=').is_some_and(|(known, _)| known == name)
    })
}

#[test]
fn every_setting_in_deploy_exists() {
    #[cfg(feature = "redis")]
    let compose = service("app-1")["environment"].as_object().unwrap().clone();
    let image = Image::build().environment;
    let files = ["one-machine.env", "one-port.env"].map(settings);
    let named = files.iter().flat_map(HashMap::keys).chain(image.keys());
    #[cfg(feature = "redis")]
    let named = named.chain(compose.keys());
    let mut count = 0;
    // The platform sets it, and one-port.env uses it.
    for name in named.filter(|name| *name != "PORT") {
        assert!(is_setting(name), "{name}");
        count += 1;
    }
    assert!(count > 5, "{count}");
}
