//! Runs every command of the README in a fresh copy of the repository, and checks its results. The
//! default ports, 8443 and 4100, must be free.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and has no public API"
)]

mod checkout;

use std::collections::BTreeSet;

use test_support::{Program, Visitor, WorkOs};

use checkout::Checkout;

const README: &str = include_str!("../../README.md");
const SITE: &str = "https://localhost:8443";
const EMULATOR: &str = "http://localhost:4100";
const ANA: &str = "ana@example.com";

/// Commands that are tested elsewhere or run this test.
const ELSEWHERE: [&str; 4] =
    ["cargo test", "scripts/fork ../my-app --name my-app", "scripts/test", "scripts/test --long"];

/// Returns the commands in the README's code blocks and sentences.
fn commands() -> BTreeSet<&'static str> {
    let blocks = README.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.flat_map(str::lines).map(|line| line.split("  #").next().unwrap().trim());
    let prose = README.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2));
    let is_run = |code: &&str| {
        let word = code.split(' ').find(|word| !word.contains('=')).unwrap_or_default();
        ["cargo", "install"].contains(&word) || word.starts_with("scripts/")
    };
    lines.chain(prose.filter(is_run)).collect()
}

#[test]
fn every_readme_command_is_tested() {
    let here = include_str!("main.rs");
    let (elsewhere, run): (Vec<_>, Vec<_>) =
        commands().into_iter().partition(|command| ELSEWHERE.contains(command));
    assert!(run.len() > 8, "{run:?}");
    for command in run {
        assert!(here.contains(&format!("\"{command}\"")), "no test runs {command}");
    }
    for command in elsewhere.into_iter().filter_map(|command| command.split(' ').next()) {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(command);
        assert!(command == "cargo" || file.is_file(), "there is no {command}");
    }
}

/// Requests a link, follows it in the inbox, and returns the signed-in visitor.
async fn sign_in(email: &str) -> Visitor {
    let visitor = Visitor::new(SITE);
    let sent = visitor.ask_for_link(email, "").await;
    assert!(sent.location().starts_with("/login/sent"), "{}", sent.location());
    let callback = WorkOs::running_at(EMULATOR).follow_newest_link(email).await;
    assert_eq!(visitor.get(&callback).await.location(), "/account");
    assert!(visitor.get("/account").await.body.contains(email));
    visitor
}

/// Stops the program after the visitor's connections are closed.
async fn end(program: Program, visitor: Visitor) {
    drop(visitor);
    assert_eq!(program.terminate().await.0, Some(0));
}

#[actix_web::test]
async fn run_it_now() {
    let checkout = Checkout::new().await;
    let demo = checkout.start("cargo run -- --demo").await;
    for step in [&format!("{SITE}/login"), &format!("{EMULATOR}/inbox")] {
        assert!(demo.said.contains(step.as_str()), "{}", demo.said);
    }
    let visitor = sign_in(ANA).await;
    end(demo, visitor).await;
}

#[actix_web::test]
async fn changed_templates_messages_and_scripts_show_at_the_next_request() {
    let checkout = Checkout::new().await;
    let demo = checkout.start("cargo run -- --demo").await;
    let visitor = Visitor::new(SITE);
    let login = async || visitor.get("/login").await;
    let before = login().await;
    for (file, old, new) in [
        ("templates/login.html", "<main", "<main data-edited"),
        ("locales/en.ftl", "login =\n", "login =\n    .edited = Edited\n"),
        ("locales/de.ftl", "login =\n", "login =\n    .edited = Edited\n"),
        ("templates/login.html", "<main", "<main title=\"[[ messages.login.edited ]]\""),
        ("static/login.js", "", "// Edited.\n"),
    ] {
        checkout.edit(file, old, new);
    }
    let after = login().await;
    assert!(after.body.contains("<main title=\"Edited\" data-edited"), "{}", after.body);
    let script = |page: &str| page.split("/static/login.").nth(1).unwrap()[..12].to_owned();
    assert_ne!(script(&before.body), script(&after.body));
    let hash = after.body.split(" integrity=\"").last().unwrap().split('"').next().unwrap();
    assert!(after.header("content-security-policy").contains(hash), "{hash} may not run");

    for (file, old, mistake, says) in [
        ("templates/login.html", "messages.login.edited", "messages.login.none", "login.html:"),
        ("templates/login.html", "<main", "{{ none.none }}<main", "login.html:"),
        ("locales/de.ftl", "    .edited = Edited\n", "", "login.edited"),
        ("locales/en.ftl", "login =\n", "login = {\n", "the catalog for en: line "),
    ] {
        checkout.edit(file, old, mistake);
        let page = login().await;
        assert_eq!(page.status, 500, "{mistake}");
        assert!(page.body.contains(says), "{}", page.body);
        if mistake.is_empty() {
            checkout.edit(file, "login =\n", "login =\n    .edited = Edited\n");
        } else {
            checkout.edit(file, mistake, old);
        }
        assert_eq!(login().await.status, 200, "{mistake}");
    }
    end(demo, visitor).await;
}

#[actix_web::test]
async fn with_your_workos_account() {
    let checkout = Checkout::new().await;
    let workos = checkout.start("cargo run -p magic-link-emulator").await;
    checkout.run("install -m 600 .env.example .env").await;
    checkout.set("WORKOS_API_KEY", "sk_test_default");
    checkout.set("WORKOS_CLIENT_ID", "client_emulator");
    // This is needed only without a real account.
    checkout.set("WORKOS_API_URL", EMULATOR);
    let report = checkout.run("cargo run -- doctor").await;
    for check in ["api key", "client id", "redirect uri"] {
        assert!(report.to_lowercase().contains(check), "{report}");
    }
    let app = checkout.start("cargo run").await;
    let visitor = sign_in(ANA).await;

    let listed = checkout.run("cargo run -- sessions list --email ana@example.com").await;
    assert!(listed.contains("127.0.0.1"), "{listed}");
    checkout.run("cargo run -- sessions end --email ana@example.com").await;
    assert!(!visitor.is_signed_in().await);
    end(app, visitor).await;

    let with_settings = "WORKOS_API_URL=http://localhost:4100 WORKOS_API_KEY=sk_test_default WORKOS_CLIENT_ID=client_emulator cargo run";
    let app = checkout.start(with_settings).await;
    let visitor = sign_in("bob@example.com").await;
    end(app, visitor).await;
    workos.terminate().await;
}

#[actix_web::test]
async fn links_that_mail_scanners_cant_use_up() {
    let checkout = Checkout::new().await;
    let demo = checkout.start("LINK_DELIVERY=smtp cargo run -- --demo").await;
    let visitor = Visitor::new(SITE);
    visitor.ask_for_link(ANA, "").await;
    let workos = WorkOs::running_at(EMULATOR);
    let mail = workos.newest_mail(ANA).await;
    workos.scan(&mail, "get").await;
    let link = mail["link"].as_str().unwrap();
    let page = visitor.get(link).await;
    assert!(page.status == 200 && page.body.contains("<button"), "{}", page.body);
    end(demo, visitor).await;
}

#[actix_web::test]
async fn codes_in_place_of_links() {
    let checkout = Checkout::new().await;
    let demo = checkout.start("SIGN_IN_WITH=code cargo run -- --demo").await;
    let visitor = Visitor::new(SITE);
    let sent = visitor.ask_for_link(ANA, "").await;
    let page = visitor.get(sent.location()).await;
    let code = WorkOs::running_at(EMULATOR).newest_code(ANA).await;
    let typed = visitor.post("/login/code", &[("flow", page.field("flow")), ("code", &code)]).await;
    assert_eq!(typed.location(), "/account");
    end(demo, visitor).await;
}

#[actix_web::test]
async fn organizations_sign_in_through_sso() {
    let checkout = Checkout::new().await;
    let demo = checkout.start("SSO_DOMAINS=acme.test=org_acme cargo run -- --demo").await;
    let visitor = Visitor::new(SITE);
    let requested = visitor.ask_for_link("ana@acme.test", "").await;
    let leaving = visitor.get(requested.location()).await;
    assert!(leaving.leads_to(&format!("{EMULATOR}/sso/authorize")).is_some(), "{}", leaving.body);
    end(demo, visitor).await;
}

#[actix_web::test]
async fn in_production() {
    let checkout = Checkout::new().await;
    checkout
        .run("cargo build --release -p workos-magic-link --no-default-features --features redis,smtp")
        .await;
    let key = checkout.run("target/release/workos-magic-link keys generate").await;
    let settings = [
        ("COOKIE_KEYS", key.trim()),
        ("BASE_URL", "https://app.example.com"),
        ("WORKOS_API_KEY", "sk_live_example"),
        ("WORKOS_CLIENT_ID", "client_example"),
        ("TLS", "off"),
    ];
    let get = |name: &str| Some(settings.iter().find(|(known, _)| *known == name)?.1.to_owned());
    assert!(workos_magic_link::config::Config::read(get).is_ok());
}
