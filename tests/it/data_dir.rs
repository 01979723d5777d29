//! The permissions of `DATA_DIR`.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use test_support::{Program, WorkOs, command, settings_of_a_test};
use workos_magic_link::sealed::generate_cookie_key;

#[actix_web::test]
async fn public_site_rejects_a_world_writable_folder() {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let data_dir = folder.path().join("data");
    fs::create_dir(&data_dir).unwrap();
    let mut settings = settings_of_a_test("https://app.test", &workos.url, &data_dir);
    settings.insert("BIND_ADDRESS".to_owned(), "127.0.0.1:0".to_owned());
    settings.insert("COOKIE_KEYS".to_owned(), generate_cookie_key().unwrap());
    for mode in [0o777, 0o1777, 0o702, 0o703] {
        fs::set_permissions(&data_dir, Permissions::from_mode(mode)).unwrap();
        let refused = Program::try_to_start(command(&[], &settings, folder.path())).await.err();
        let (code, said) = refused.expect("the program doesn't start");
        assert_eq!(code, Some(1), "{mode:o}: {said}");
        assert!(said.contains("DATA_DIR") && said.contains("chmod o-w"), "{said}");
        assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 0, "nothing was written");
    }
    let link = folder.path().join("link");
    symlink(&data_dir, &link).unwrap();
    settings.insert("DATA_DIR".to_owned(), link.to_str().unwrap().to_owned());
    let through_link = Program::try_to_start(command(&[], &settings, folder.path())).await;
    assert!(through_link.is_err());

    for mode in [0o700, 0o770, 0o775] {
        fs::set_permissions(&data_dir, Permissions::from_mode(mode)).unwrap();
        let program = Program::start(command(&[], &settings, folder.path())).await;
        let (code, log) = program.terminate().await;
        assert_eq!(code, Some(0), "{mode:o}: {log}");
        assert!(!log.contains("DATA_DIR"), "group permissions are no problem: {log}");
    }
}

#[actix_web::test]
async fn world_writable_folder_is_a_warning_on_localhost() {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let mut settings = settings_of_a_test("http://localhost:1", &workos.url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), "127.0.0.1:0".to_owned());
    let program = Program::start(command(&[], &settings, folder.path())).await;
    let (code, log) = program.terminate().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains(" WARN ") && log.contains("DATA_DIR"), "{log}");
}
