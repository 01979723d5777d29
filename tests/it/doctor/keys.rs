//! The checks of cookie keys and of the permissions of secret files.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::{Deployment, base64_of};

#[actix_web::test]
async fn guessable_cookie_key_fails() {
    let good = workos_magic_link::sealed::generate_cookie_key().unwrap();
    let text = b"this is a secret of sixty-four letters, and as such no good key.";
    let counted: Vec<u8> = (100..164).collect();
    let repeated = [7, 93, 202, 41, 180, 66, 129, 255].repeat(8);
    for key in [&[0; 64][..], text, &counted, &repeated] {
        let mut deployment = Deployment::new();
        deployment.set("COOKIE_KEYS", format!("{good},{}", base64_of(key)));
        let said = deployment.failing("cookie keys").await;
        assert!(said.starts_with("key 2 in COOKIE_KEYS"), "{said}");
        assert!(said.contains("keys generate"), "{said}");
    }
}

#[actix_web::test]
async fn generated_cookie_keys_pass() {
    let mut deployment = Deployment::new();
    let keys: Vec<_> =
        (0..500).map(|_| workos_magic_link::sealed::generate_cookie_key().unwrap()).collect();
    deployment.set("COOKIE_KEYS", keys.join(","));
    assert!(deployment.passing("cookie keys").await.starts_with("500"));
}

#[actix_web::test]
async fn world_readable_secret_file_fails() {
    let mut deployment = Deployment::new();
    let folder = deployment.folder.path().to_owned();
    fs::create_dir(folder.join("data")).unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    deployment.set("TLS_KEY_FILE", "key.pem").set("TLS_CERT_FILE", "cert.pem");
    for file in [".env", "data/cookie.key", "data/localhost.pem"] {
        fs::write(folder.join(file), "").unwrap();
        fs::set_permissions(folder.join(file), Permissions::from_mode(0o644)).unwrap();
        let said = deployment.failing("secret files").await;
        assert!(said.contains("chmod o= ") && said.ends_with(file), "{said}");
        // Group permissions are up to the operator.
        fs::set_permissions(folder.join(file), Permissions::from_mode(0o640)).unwrap();
        deployment.passing("secret files").await;
    }
    fs::set_permissions(folder.join("data"), Permissions::from_mode(0o757)).unwrap();
    assert!(deployment.failing("secret files").await.ends_with("data"));
    fs::set_permissions(folder.join("data"), Permissions::from_mode(0o755)).unwrap();

    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(folder.join("key.pem"), Permissions::from_mode(0o604)).unwrap();
    deployment.set("BASE_URL", deployment.settings["BASE_URL"].replace("http", "https"));
    deployment.set("TLS", "files");
    let report = deployment.check().await;
    assert!(report.of("secret files").ends_with("key.pem"), "{:#?}", report.lines);
}
