//! The disk of the embedded store is full.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use test_support::{Site, Visitor, assert_error};

use crate::{namespace, shell};

/// A user who is signed in, and one who has a link.
struct Users {
    ana: Visitor,
    bob: Visitor,
    callback: String,
}

impl Users {
    async fn of(site: &Site) -> Self {
        let (ana, bob) = (site.signed_in("ana@acme.test").await, site.visitor());
        bob.ask_for_link("bob@acme.test", "").await;
        let callback = site.workos.follow_newest_link("bob@acme.test").await;
        Self { ana, bob, callback }
    }

    /// Checks that reads work and sign-in fails while nothing can be written.
    async fn assert_read_only(&self) {
        for _ in 0..10 {
            assert_error(&self.bob.get(&self.callback).await, 503, "store_unavailable");
            assert!(!self.bob.is_signed_in().await);
            assert!(self.ana.get("/account").await.body.contains("ana@acme.test"));
            assert_eq!(self.ana.get("/account/sessions").await.status, 200);
            assert_error(&self.ana.post("/logout", &[]).await, 503, "store_unavailable");
            assert!(self.ana.is_signed_in().await, "a failed sign-out isn't reported as done");
            assert_eq!(self.bob.get("/login").await.status, 200);
        }
    }

    /// Checks that everything works once writes succeed again, also after a kill.
    async fn assert_recovered(&self, site: &mut Site, data_dir: &Path) {
        assert_eq!(
            self.bob.get(&self.callback).await.location(),
            "/account",
            "the code is still usable"
        );
        let eve = site.signed_in("eve@acme.test").await;
        site.kill_and_restart().await;
        for visitor in [&self.ana, &self.bob, &eve] {
            assert!(visitor.is_signed_in().await);
        }
        let database = Connection::open(data_dir.join("sessions.sqlite3")).unwrap();
        let check = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        assert_eq!(database.query_row("PRAGMA integrity_check", [], check).unwrap(), "ok");
        assert!(self.ana.post("/logout", &[]).await.status == 303);
    }
}

#[actix_web::test]
async fn file_size_limit_keeps_reads_working_and_sign_in_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("DATA_DIR", folder.path().to_str().unwrap())];
    // Ignore the signal, which would terminate the program.
    let mut site =
        Site::start_with(&settings, |command| shell::after("trap '' XFSZ", command)).await;
    let (users, process) = (Users::of(&site).await, site.program.child.id().unwrap());
    shell::limit(process, "--fsize=0:");
    users.assert_read_only().await;
    shell::limit(process, "--fsize=unlimited:");
    users.assert_recovered(&mut site, folder.path()).await;
}

/// A file system of four MiB, mounted for this test only.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "none"]).arg(folder.path());
        assert!(mount.status().unwrap().success());
        Self(folder)
    }

    /// Writes until the disk is full.
    fn fill(&self) {
        let mut file = File::create(self.0.path().join("filler")).unwrap();
        while file.write_all(&[0]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.0.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

#[actix_web::test]
#[ignore = "mounts a disk: scripts/test --long"]
async fn full_disk_keeps_reads_working_and_sign_in_recovers() {
    let name = "disk_full::full_disk_keeps_reads_working_and_sign_in_recovers";
    if !namespace::is_inside(name) {
        return;
    }
    let disk = SmallDisk::mount();
    let mut site = Site::start(&[("DATA_DIR", disk.0.path().to_str().unwrap())]).await;
    let users = Users::of(&site).await;
    disk.fill();
    users.assert_read_only().await;
    disk.free();
    users.assert_recovered(&mut site, disk.0.path()).await;
    site.program.child.kill().await.unwrap();
}
