//! Keys that could be guessed, and files that others could read.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::{World, base64_of};

#[actix_web::test]
async fn a_cookie_key_that_could_be_guessed_is_told_of() {
    let good = workos_magic_link::sealed::generate_cookie_key().unwrap();
    let text = b"this is a secret of sixty-four letters, and as such no good key.";
    let counted: Vec<u8> = (100..164).collect();
    let repeated = [7, 93, 202, 41, 180, 66, 129, 255].repeat(8);
    for key in [&[0; 64][..], text, &counted, &repeated] {
        let mut world = World::new();
        world.set("COOKIE_KEYS", format!("{good},{}", base64_of(key)));
        let said = world.failing("cookie keys").await;
        assert!(said.starts_with("key 2 in COOKIE_KEYS"), "{said}");
        assert!(said.contains("keys generate"), "{said}");
    }
}

#[actix_web::test]
async fn keys_that_were_generated_are_never_complained_of() {
    let mut world = World::new();
    let keys: Vec<_> =
        (0..500).map(|_| workos_magic_link::sealed::generate_cookie_key().unwrap()).collect();
    world.set("COOKIE_KEYS", keys.join(","));
    assert!(world.passing("cookie keys").await.starts_with("500"));
}

#[actix_web::test]
async fn a_file_of_secrets_that_others_may_read_is_told_of() {
    let mut world = World::new();
    let folder = world.folder.path().to_owned();
    fs::create_dir(folder.join("data")).unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    world.set("TLS_KEY_FILE", "key.pem").set("TLS_CERT_FILE", "cert.pem");
    for file in [".env", "data/cookie.key", "data/localhost.pem"] {
        fs::write(folder.join(file), "").unwrap();
        fs::set_permissions(folder.join(file), Permissions::from_mode(0o644)).unwrap();
        let said = world.failing("secret files").await;
        assert!(said.contains("chmod o= ") && said.ends_with(file), "{said}");
        // A group is somebody's choice.
        fs::set_permissions(folder.join(file), Permissions::from_mode(0o640)).unwrap();
        world.passing("secret files").await;
    }
    fs::set_permissions(folder.join("data"), Permissions::from_mode(0o757)).unwrap();
    assert!(world.failing("secret files").await.ends_with("data"));
    fs::set_permissions(folder.join("data"), Permissions::from_mode(0o755)).unwrap();

    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(folder.join("key.pem"), Permissions::from_mode(0o604)).unwrap();
    world.set("BASE_URL", world.settings["BASE_URL"].replace("http", "https"));
    world.set("TLS", "files");
    let examination = world.examine().await;
    assert!(examination.of("secret files").ends_with("key.pem"), "{:#?}", examination.lines);
}
