//! Store files with a flipped bit, or truncated.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use test_support::{Site, Visitor};

const FILE: &str = "sessions.sqlite3";
const LOG: &str = "sessions.sqlite3-wal";
const USERS: usize = 8;

/// A site with signed-in users, and its files after it stopped.
struct Stopped {
    site: Site,
    folder: TempDir,
    visitors: Vec<Visitor>,
    files: BTreeMap<String, Vec<u8>>,
}

/// Returns the files in this folder, except the one that SQLite recreates from the others.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path));
    let files = files.filter(|(name, _)| !name.ends_with("-shm"));
    files.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

impl Stopped {
    /// Stops a site with this signal. On SIGTERM, SQLite merges its log into the file. On SIGKILL,
    /// the log remains.
    async fn after(signal: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::start(&[("DATA_DIR", folder.path().to_str().unwrap())]).await;
        let mut visitors = Vec::new();
        for n in 0..USERS {
            visitors.push(site.signed_in(&format!("ana{n}@acme.test")).await);
        }
        let mut stopped = Self { site, folder, visitors, files: BTreeMap::new() };
        stopped.site.program.signal(signal).await;
        stopped.site.program.child.wait().await.unwrap();
        stopped.files = files(stopped.folder.path());
        assert_eq!(stopped.files.contains_key(LOG), signal == "KILL", "{:?}", stopped.files.keys());
        stopped
    }

    /// Starts with these files instead of its own. Returns how many users are still signed in, or
    /// `None` if the program refuses to start.
    async fn signed_in_with(&mut self, files: &BTreeMap<String, Vec<u8>>) -> Option<usize> {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        if let Err((code, why)) = self.site.begin_with(folder.path()).await {
            assert!(code == Some(1) && why.contains(FILE) && !why.contains("panicked"), "{why}");
            let left = self::files(folder.path());
            for (name, bytes) in files {
                assert!(left.get(name) == Some(bytes), "{name} was changed: {why}");
            }
            return None;
        }
        let mut signed_in = 0;
        for (n, visitor) in self.visitors.iter().enumerate() {
            let request = visitor.request(reqwest::Method::GET, "/api/session");
            let request = request.header("Cookie", visitor.cookie_header());
            let answer = request.send().await.unwrap();
            match answer.status().as_u16() {
                200 => {
                    let body = answer.text().await.unwrap();
                    assert!(body.contains(&format!("\"ana{n}@acme.test\"")), "not ana{n}: {body}");
                    signed_in += 1;
                }
                401 | 503 => {}
                other => panic!("{other}"),
            }
        }
        Some(signed_in)
    }
}

/// Returns offsets spread over a file of this length, the same each time.
fn offsets(length: usize, how_many: usize) -> impl Iterator<Item = usize> {
    (0..how_many).map(move |n| (n * length / how_many + n * 7) % length)
}

async fn assert_damage_exposes_no_session(how_often: usize) {
    // Entries of the log after the damage are lost, as after a power cut.
    for (signal, damaged, at_most) in [("TERM", FILE, 1), ("KILL", FILE, 1), ("KILL", LOG, USERS)] {
        let mut stopped = Stopped::after(signal).await;
        let intact = stopped.files.clone();
        assert_eq!(stopped.signed_in_with(&intact).await, Some(USERS), "intact files work");
        let length = intact[damaged].len();
        for (n, place) in offsets(length, how_often).enumerate() {
            let (mut flipped, mut cut) = (intact.clone(), intact.clone());
            flipped.get_mut(damaged).unwrap()[place] ^= 1 << (n % 8);
            cut.get_mut(damaged).unwrap().truncate(place);
            for files in [flipped, cut] {
                let signed_in = stopped.signed_in_with(&files).await;
                assert!(
                    signed_in.is_none_or(|some| some + at_most >= USERS),
                    "{signal}, {damaged} at {place}: {signed_in:?}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn bit_flips_expose_no_session_and_unreadable_files_are_unchanged() {
    assert_damage_exposes_no_session(8).await;
}

#[actix_web::test]
#[ignore = "takes two minutes: scripts/test --long"]
async fn bit_flips_at_a_thousand_offsets_expose_no_session() {
    assert_damage_exposes_no_session(200).await;
}

/// In an index, the hash of a reference is followed by the number of its row.
#[actix_web::test]
async fn flipped_index_bits_expose_no_session() {
    let mut stopped = Stopped::after("TERM").await;
    let database = rusqlite::Connection::open(stopped.folder.path().join(FILE)).unwrap();
    let mut select = database.prepare("SELECT reference_hash FROM sessions WHERE id > 1").unwrap();
    let hashes = select.query_map([], |row| row.get::<_, [u8; 32]>(0)).unwrap();
    let hashes: Vec<_> = hashes.map(Result::unwrap).collect();
    let (intact, mut signed_out) = (stopped.files.clone(), 0);
    for hash in hashes.iter().take(3) {
        let found = |at: &usize| intact[FILE][*at..].starts_with(hash);
        for place in (0..intact[FILE].len()).filter(found) {
            let mut files = intact.clone();
            files.get_mut(FILE).unwrap()[place + hash.len()] ^= 1;
            let signed_in = stopped.signed_in_with(&files).await;
            assert!(signed_in.is_none_or(|some| some + 1 >= USERS), "{signed_in:?}");
            signed_out += usize::from(signed_in == Some(USERS - 1));
        }
    }
    assert!(signed_out >= 3, "the user is signed out, not signed in as another user");
}
