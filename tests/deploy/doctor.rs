//! The doctor, on a machine with a real proxy.

use crate::front::Front;
use crate::installed::Installed;

/// Runs the doctor. Returns each check with its verdict and the reason.
async fn examine(machine: &Installed, front: &Front) -> Vec<(String, String, String)> {
    let mut doctor = machine.command(&["doctor"]);
    doctor.env("HTTPS_PROXY", front.tunnel().await).env("SSL_CERT_FILE", &front.root);
    let output = doctor.output().await.unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    let part = |line: &str, from, to| line[from..to].trim_end().to_owned();
    let checks =
        report.lines().map(|line| (part(line, 9, 24), part(line, 0, 9), line[24..].to_owned()));
    checks.collect()
}

fn of<'a>(checks: &'a [(String, String, String)], name: &str) -> (&'a str, &'a str) {
    let found = checks.iter().find(|(check, ..)| check == name).unwrap();
    (&found.1, &found.2)
}

#[actix_web::test]
async fn every_possible_check_passes_while_the_program_runs() {
    let machine = Installed::new();
    let _program = machine.start().await;
    for (name, front) in Front::both(machine.port).await {
        let checks = examine(&machine, &front).await;
        let open = checks.iter().filter(|(_, verdict, _)| verdict != "ok");
        let open: Vec<_> = open.map(|(check, ..)| check.as_str()).collect();
        // The key is the emulator's.
        assert_eq!(open, ["key type", "proxy"], "{name}: {checks:#?}");
        let (verdict, why) = of(&checks, "proxy");
        assert!(verdict == "unknown" && why.contains("stop it"), "{name}: {why}");
    }
}

#[actix_web::test]
async fn proxy_check_passes_while_the_program_is_stopped() {
    let machine = Installed::new();
    for (name, front) in Front::both(machine.port).await {
        let checks = examine(&machine, &front).await;
        for (check, verdict, why) in [
            ("certificate", "ok", "browsers trust the proxy's"),
            ("site", "unknown", "not running: start the app, and run this again"),
            ("proxy", "ok", "trusted, and sends visitors' addresses"),
        ] {
            assert_eq!(of(&checks, check), (verdict, why), "{name}: {checks:#?}");
        }
    }
}
