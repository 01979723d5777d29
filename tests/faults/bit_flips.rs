//! The disk loses a bit of what is kept, or the end of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::site::Site;
use crate::visitor::Visitor;

const FILE: &str = "sessions.sqlite3";
const LOG: &str = "sessions.sqlite3-wal";
const PEOPLE: usize = 8;

/// A site with people who are signed in, and what it kept when it ended.
struct Kept {
    site: Site,
    folder: TempDir,
    visitors: Vec<Visitor>,
    files: BTreeMap<String, Vec<u8>>,
}

/// The files in this folder, but for the one that SQLite makes anew from the others.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path));
    let files = files.filter(|(name, _)| !name.ends_with("-shm"));
    files.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

impl Kept {
    /// Its log is part of the file after an orderly end, and beside it after a death.
    async fn after(signal: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::start(&[("DATA_DIR", folder.path().to_str().unwrap())]).await;
        let mut visitors = Vec::new();
        for n in 0..PEOPLE {
            visitors.push(site.signed_in(&format!("ana{n}@acme.test")).await);
        }
        let mut kept = Self { site, folder, visitors, files: BTreeMap::new() };
        kept.site.program.signal(signal).await;
        kept.site.program.child.wait().await.unwrap();
        kept.files = files(kept.folder.path());
        assert_eq!(kept.files.contains_key(LOG), signal == "KILL", "{:?}", kept.files.keys());
        kept
    }

    /// Starts with these files in place of its own. Gives how many people are still signed in, or
    /// `None` if it refuses to start.
    async fn signed_in_with(&mut self, files: &BTreeMap<String, Vec<u8>>) -> Option<usize> {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        if let Err((code, why)) = self.site.begin_with(folder.path()).await {
            assert!(code == Some(1) && why.contains(FILE) && !why.contains("panicked"), "{why}");
            let left = self::files(folder.path());
            for (name, bytes) in files {
                assert!(left.get(name) == Some(bytes), "{name} isn't as it was: {why}");
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

/// So many places in a file of this length, each time the same, all over it.
fn places(length: usize, how_many: usize) -> impl Iterator<Item = usize> {
    (0..how_many).map(move |n| (n * length / how_many + n * 7) % length)
}

async fn nobody_gets_another_session(how_often: usize) {
    // What stood in the log behind the damage is gone, as it is when a power cut tears it.
    for (signal, damaged, at_most) in [("TERM", FILE, 1), ("KILL", FILE, 1), ("KILL", LOG, PEOPLE)]
    {
        let mut kept = Kept::after(signal).await;
        let whole = kept.files.clone();
        assert_eq!(kept.signed_in_with(&whole).await, Some(PEOPLE), "what is whole is served");
        let length = whole[damaged].len();
        for (n, place) in places(length, how_often).enumerate() {
            let (mut flipped, mut cut) = (whole.clone(), whole.clone());
            flipped.get_mut(damaged).unwrap()[place] ^= 1 << (n % 8);
            cut.get_mut(damaged).unwrap().truncate(place);
            for files in [flipped, cut] {
                let signed_in = kept.signed_in_with(&files).await;
                assert!(
                    signed_in.is_none_or(|some| some + at_most >= PEOPLE),
                    "{signal}, {damaged} at {place}: {signed_in:?}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn bit_flips_expose_no_session_and_unreadable_files_are_unchanged() {
    nobody_gets_another_session(8).await;
}

#[actix_web::test]
#[ignore = "takes two minutes: scripts/test --long"]
async fn bit_flips_at_a_thousand_offsets_expose_no_session() {
    nobody_gets_another_session(200).await;
}

/// Where an index has the hash of a reference, the number of its row comes next.
#[actix_web::test]
async fn flipped_index_bits_expose_no_session() {
    let mut kept = Kept::after("TERM").await;
    let database = rusqlite::Connection::open(kept.folder.path().join(FILE)).unwrap();
    let mut select = database.prepare("SELECT reference_hash FROM sessions WHERE id > 1").unwrap();
    let hashes = select.query_map([], |row| row.get::<_, [u8; 32]>(0)).unwrap();
    let hashes: Vec<_> = hashes.map(Result::unwrap).collect();
    let (whole, mut led_astray) = (kept.files.clone(), 0);
    for hash in hashes.iter().take(3) {
        let found = |at: &usize| whole[FILE][*at..].starts_with(hash);
        for place in (0..whole[FILE].len()).filter(found) {
            let mut files = whole.clone();
            files.get_mut(FILE).unwrap()[place + hash.len()] ^= 1;
            let signed_in = kept.signed_in_with(&files).await;
            assert!(signed_in.is_none_or(|some| some + 1 >= PEOPLE), "{signed_in:?}");
            led_astray += usize::from(signed_in == Some(PEOPLE - 1));
        }
    }
    assert!(led_astray >= 3, "they are signed out, and not let in as somebody else");
}
