//! A fresh copy of the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use test_support::Program;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};

/// Held by one test at a time, since all of them use the same ports.
static TURN: Mutex<()> = Mutex::const_new(());

pub struct Checkout {
    folder: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Checkout {
    /// Copies the repository, with a target folder that contains the compiled dependencies.
    pub async fn new() -> Self {
        let turn = TURN.lock().await;
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        // Use the same folder each time, so that a second run recompiles nothing.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
        let _ = fs::remove_dir_all(&folder);
        for file in files_of(repository).await {
            let copy = folder.join(&file);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(repository.join(&file), &copy).unwrap();
            let modified = fs::metadata(repository.join(&file)).unwrap().modified().unwrap();
            fs::File::options().append(true).open(copy).unwrap().set_modified(modified).unwrap();
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        std::os::unix::fs::symlink(target, folder.join("target")).unwrap();
        Self { folder, _turn: turn }
    }

    /// Runs this command, which must succeed. Returns its standard output.
    pub async fn run(&self, command: &str) -> String {
        let output = self.shell(command).output().await.unwrap();
        assert!(output.status.success(), "{command}: {}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts this command, and waits until it reports that it serves.
    pub async fn start(&self, command: &str) -> Program {
        Program::start(self.shell(command)).await
    }

    /// Sets a value in `.env`.
    pub fn set(&self, name: &str, value: &str) {
        let file = self.folder.join(".env");
        let settings = fs::read_to_string(&file).unwrap();
        let is_its_line =
            |line: &&str| line.trim_start_matches('#').starts_with(&format!("{name}="));
        let line = settings.lines().find(is_its_line).unwrap();
        fs::write(&file, settings.replacen(line, &format!("{name}={value}"), 1)).unwrap();
    }

    /// Replaces the first occurrence of a text in a file.
    pub fn edit(&self, file: &str, old: &str, new: &str) {
        let file = self.folder.join(file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{old} isn't in {}", file.display());
        fs::write(&file, text.replacen(old, new, 1)).unwrap();
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("bash");
        shell.args(["-c", command]).current_dir(&self.folder).kill_on_drop(true);
        shell.stdin(Stdio::null()).stdout(Stdio::piped());
        // Unset the variables that cargo sets for a test, since a new user doesn't have them and
        // build scripts of other packages would run again.
        let is_set_by_cargo =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars().filter(|(name, _)| is_set_by_cargo(name)) {
            shell.env_remove(name);
        }
        shell.env_remove("CARGO_TARGET_DIR").env_remove("OUT_DIR");
        // Without optimizations, the release build takes one minute instead of five.
        shell.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        shell.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        shell
    }
}

/// Returns the tracked files, and the untracked ones that aren't ignored.
async fn files_of(repository: &Path) -> Vec<PathBuf> {
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = list.current_dir(repository).output().await.unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    let files = names.split_terminator('\0').map(PathBuf::from);
    files.filter(|file| repository.join(file).is_file()).collect()
}
