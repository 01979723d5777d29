//! The backup of the embedded store, by the command in `docs/deploying.md`.

use std::process::Command;

use crate::front::Front;
use crate::installed::Installed;

const DOCUMENT: &str = include_str!("../../docs/deploying.md");

#[actix_web::test]
async fn backup_of_a_running_server_has_every_session() {
    let mut machine = Installed::new();
    let program = machine.start().await;
    let front = Front::caddy(machine.port).await;
    let visitor = front.visitor();
    visitor.ask_for_link("ana@acme.test", "").await;
    visitor.get(&machine.workos.follow_newest_link("ana@acme.test").await).await;
    let restored = machine.folder.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    let (_, command) = DOCUMENT.split_once("`sqlite3 ").unwrap();
    let command = command.split_once('`').unwrap().0;
    let store = "/var/lib/workos-magic-link/sessions.sqlite3";
    assert!(command.contains(store) && command.contains("/var/backups/sessions.sqlite3"));
    let command = command
        .replace(store, &format!("{}/sessions.sqlite3", machine.settings["DATA_DIR"]))
        .replace(
            "/var/backups/sessions.sqlite3",
            restored.join("sessions.sqlite3").to_str().unwrap(),
        );
    let copied = Command::new("sh").args(["-c", &format!("sqlite3 {command}")]).status().unwrap();
    assert!(copied.success());
    assert_eq!(program.terminate().await.0, Some(0));

    machine.settings.insert("DATA_DIR".to_owned(), restored.to_str().unwrap().to_owned());
    let _program = machine.start().await;
    assert!(visitor.is_signed_in().await);
}
