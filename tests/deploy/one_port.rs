//! A platform that provides one TCP port and terminates TLS.

use std::fs;

use crate::files::{SITE, file};
use crate::installed::{program, secrets};
use test_support::{Program, Visitor, WorkOs, free_port};
use workos_magic_link::sealed::generate_cookie_key;

#[actix_web::test]
async fn listens_where_the_platform_says() {
    let (workos, port, folder) = (WorkOs::start(), free_port(), tempfile::tempdir().unwrap());
    fs::write(folder.path().join(".env"), file("one-port.env", &[])).unwrap();
    let mut command = program(&[], folder.path());
    command.envs(secrets(&workos, &generate_cookie_key().unwrap()));
    command.env("BASE_URL", format!("https://{SITE}")).env("PORT", port.to_string());
    let _program = Program::start(command).await;
    let visitor =
        Visitor::new(&format!("https://{SITE}")).through(&format!("http://127.0.0.1:{port}"));
    visitor.ask_for_link("ana@acme.test", "").await;
    visitor.get(&workos.follow_newest_link("ana@acme.test").await).await;
    assert!(visitor.is_signed_in().await);
}
