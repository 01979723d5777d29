//! The systemd unit, compared with what the program does.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use test_support::{Program, free_port};

use crate::files::file;

const BINARY: &str = env!("CARGO_BIN_EXE_workos-magic-link");

/// Writes the unit with the path of the tested binary. Returns its path.
fn unit(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("workos-magic-link.service");
    let installed = ("/usr/local/bin/workos-magic-link", BINARY.to_owned());
    fs::write(&path, file("workos-magic-link.service", &[installed])).unwrap();
    path
}

/// Runs `systemd-analyze`. Returns whether it succeeded, and its output.
fn systemd_analyze(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("systemd-analyze").args(arguments).output();
    let output = output.expect("systemd is installed");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn systemd_accepts_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(&folder);
    let said = systemd_analyze(&["verify", "--man=no", unit.to_str().unwrap()]);
    assert_eq!(said, (true, String::new()));
}

#[test]
#[allow(clippy::print_stdout, reason = "the score is the result")]
fn systemd_rates_the_unit_as_well_confined() {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(&folder);
    // The threshold is in tenths. An empty unit has 96.
    let arguments = ["security", "--no-pager", "--offline=true", "--threshold=15"];
    let (is_success, said) = systemd_analyze(&[&arguments[..], &[unit.to_str().unwrap()]].concat());
    assert!(is_success, "{said}");
    println!("{}", said.lines().last().unwrap());
}

/// Returns the values of all lines of this name in the unit.
fn values(name: &str) -> Vec<String> {
    let text = file("workos-magic-link.service", &[]);
    let lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    lines.map(str::to_owned).collect()
}

/// Returns the system calls of these groups, according to the installed systemd.
fn calls_of(groups: &str) -> BTreeSet<String> {
    let (_, said) = systemd_analyze(&["syscall-filter", "--no-pager"]);
    let mut wanted: Vec<String> = groups.split(' ').map(str::to_owned).collect();
    let mut found = BTreeSet::new();
    while let Some(group) = wanted.pop() {
        let mut lines = said.lines().skip_while(|line| *line != group);
        assert!(lines.next().is_some(), "there is no group {group}");
        for member in lines.take_while(|line| line.starts_with(' ')).map(str::trim) {
            if member.starts_with('@') {
                wanted.push(member.to_owned());
            } else if !member.starts_with('#') {
                found.insert(member.to_owned());
            }
        }
    }
    found
}

/// Returns all system calls of the program, one a line, from its start to its exit, with a sign-in by
/// our own email in between.
async fn trace(folder: &Path) -> String {
    let path = folder.join("trace");
    let workos = test_support::WorkOs::start();
    let port = free_port();
    let origin = format!("http://localhost:{port}");
    let mut settings = test_support::settings_of_a_test(&origin, &workos.url, folder);
    for (name, value) in [
        ("BIND_ADDRESS", format!("127.0.0.1:{port}")),
        ("METRICS_BIND_ADDRESS", format!("127.0.0.1:{}", free_port())),
        #[cfg(feature = "smtp")]
        ("LINK_DELIVERY", "smtp".to_owned()),
        #[cfg(feature = "smtp")]
        ("SMTP_URL", workos.smtp_url()),
        #[cfg(feature = "smtp")]
        ("MAIL_FROM", "login@example.test".to_owned()),
    ] {
        settings.insert(name.to_owned(), value);
    }
    let mut strace = tokio::process::Command::new("strace");
    // With -D, strace is the grandchild, so that the child process is the program.
    strace.args(["-D", "-f", "-q", "-s", "0", "-o", path.to_str().unwrap(), BINARY]);
    strace.env_clear().env("PATH", "/usr/bin").envs(settings).current_dir(folder);
    strace.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let program = Program::start(strace).await;
    let visitor = test_support::Visitor::new(&origin);
    visitor.ask_for_link("ana@acme.test", "").await;
    #[cfg(feature = "smtp")]
    let callback = {
        let link = workos.newest_link("ana@acme.test").await;
        let leaving = visitor.post(&link, &[]).await;
        let leads = leaving.leads_to(&workos.url).expect("a link to WorkOS");
        workos.follow(&leads.replace("&amp;", "&")).await
    };
    // without own-mail: let callback = workos.follow_newest_link("ana@acme.test").await;
    visitor.get(&callback).await;
    assert!(visitor.is_signed_in().await);
    assert_eq!(program.terminate().await.0, Some(0));
    // strace shares the program's standard error, so it has exited as well.
    fs::read_to_string(&path).unwrap()
}

#[actix_web::test]
async fn program_makes_no_system_call_that_the_unit_forbids() {
    let folder = tempfile::tempdir().unwrap();
    let trace = trace(folder.path()).await;
    // Each line starts with the thread's ID.
    let lines: Vec<_> = trace.lines().filter_map(|line| line.split_once(' ')).collect();
    let lines: Vec<_> = lines.into_iter().map(|(_, call)| call.trim_start()).collect();
    let name = |call: &str| {
        let end = call.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        (call.as_bytes().get(end) == Some(&b'(')).then(|| call[..end].to_owned())
    };
    let called: BTreeSet<_> = lines.iter().filter_map(|call| name(call)).collect();
    assert!(called.len() > 40, "{called:?}");

    let filters = values("SystemCallFilter");
    let [allowed, forbidden] = &filters[..] else { panic!("{filters:?}") };
    let forbidden = calls_of(forbidden.strip_prefix('~').unwrap());
    let allowed: BTreeSet<_> = &calls_of(&format!("{allowed} @default")) - &forbidden;
    let beyond = called.difference(&allowed);
    // As root, SQLite changes the owner of its files to that of the database.
    let beyond: Vec<_> = beyond.filter(|call| *call != "fchown").collect();
    assert!(beyond.is_empty(), "{beyond:?}");

    let families = values("RestrictAddressFamilies").remove(0);
    for call in lines.iter().filter_map(|call| call.strip_prefix("socket(")) {
        let family = call.split(',').next().unwrap();
        // glibc lists the machine's addresses by netlink, and works without it.
        let is_allowed = families.split(' ').any(|allowed| allowed == family);
        assert!(is_allowed || family == "AF_NETLINK", "{call}");
    }
    let both = |call: &&&str| call.contains("PROT_WRITE") && call.contains("PROT_EXEC");
    assert_eq!(lines.iter().find(both), None, "MemoryDenyWriteExecute");
}

#[test]
fn installed_files_are_where_the_unit_expects_them_and_private() {
    let root = tempfile::tempdir().unwrap();
    let install = || {
        let installed = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/install"))
            .arg(BINARY)
            .env("DESTDIR", root.path())
            .output()
            .unwrap();
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    };
    install();
    let mode = |path: &str| {
        let path = root.path().join(path.trim_start_matches('/'));
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(&values("ExecStart")[0]), 0o755);
    let folder = &values("WorkingDirectory")[0];
    assert_eq!((mode(folder), mode(&format!("{folder}/.env"))), (0o750, 0o640));
    let settings = root.path().join("etc/workos-magic-link/.env");
    assert_eq!(fs::read_to_string(&settings).unwrap(), file("one-machine.env", &[]));
    assert!(mode("/etc/systemd/system/workos-magic-link.service") == 0o644);
    // Installing the next version keeps the settings.
    fs::write(&settings, "mine").unwrap();
    install();
    assert_eq!(fs::read_to_string(&settings).unwrap(), "mine");
}
