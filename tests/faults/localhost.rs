//! The system resolves `localhost` to `::1` only, as some images do.

use std::process::Command;

use test_support::{Program, Visitor, WorkOs, command, free_port};

use crate::namespace;

const TEST: &str = "localhost::demo_reaches_its_emulator_where_localhost_is_ipv6_only";

#[actix_web::test]
async fn demo_reaches_its_emulator_where_localhost_is_ipv6_only() {
    if !namespace::is_inside(TEST) {
        return;
    }
    let (folder, app, emulator) = (tempfile::tempdir().unwrap(), free_port(), free_port());
    let hosts = folder.path().join("hosts");
    std::fs::write(&hosts, "::1 localhost\n").unwrap();
    let mount = Command::new("mount").arg("--bind").arg(&hosts).arg("/etc/hosts").status();
    assert!(mount.unwrap().success());

    // Use a code, since this test can't open a link.
    let settings = [
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("TLS", "off"),
        ("SIGN_IN_WITH", "code"),
        ("BIND_ADDRESS", &format!("127.0.0.1:{app}")),
        ("EMULATOR_BIND_ADDRESS", &format!("127.0.0.1:{emulator}")),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let _program = Program::start(command(&["--demo"], &settings, folder.path())).await;
    let visitor = Visitor::new(&format!("http://localhost:{app}"))
        .through(&format!("http://127.0.0.1:{app}"));
    let sent = visitor.ask_for_link("ana@acme.test", "").await.location().to_owned();
    let flow = sent.split_once("flow=").unwrap().1;
    let workos = WorkOs::running_at(&format!("http://127.0.0.1:{emulator}"));
    let code = workos.newest_code("ana@acme.test").await;
    let typed = visitor.post("/login/code", &[("flow", flow), ("code", &code)]).await;
    assert_eq!(typed.location(), "/account");
}
