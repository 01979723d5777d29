//! The process runs out of file descriptors.

use std::time::{Duration, Instant};

use test_support::{Program, Site, command, http, settings_of_a_test};
use tokio::net::TcpStream;

use crate::shell;

#[actix_web::test]
async fn connections_wait_when_file_descriptors_run_out() {
    let site = Site::start_with(&[], |command| shell::after("ulimit -n 64", command)).await;
    let address = site.origin.strip_prefix("http://").unwrap();
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    drop(held);
    let (http, begun) = (http(), Instant::now());
    loop {
        let answer = http.get(format!("{}/login", site.origin)).send().await;
        if answer.is_ok_and(|answer| answer.status() == 200) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "no more requests are served");
    }
    let (code, log) = site.program.terminate().await;
    assert_eq!(code, Some(0));
    assert!(log.contains("Too many open files"), "the log names the cause: {log}");
    assert!(log.contains("limit=64"), "the log names the limit: {log}");
    assert!(log.lines().count() < 500, "the log repeats it without end");
}

#[actix_web::test]
async fn soft_limit_is_raised_to_the_hard_limit() {
    let lower = |command: &mut _| shell::after("ulimit -Sn 50; ulimit -Hn 4000", command);
    let site = Site::start_with(&[], lower).await;
    let limits = format!("/proc/{}/limits", site.program.child.id().unwrap());
    let limits = std::fs::read_to_string(limits).unwrap();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().take(2).collect::<Vec<_>>(), ["4000", "4000"]);
    let log = site.log().await;
    assert!(!log.contains("the limit on open files"), "the limit is high enough: {log}");
}

#[actix_web::test]
async fn low_limit_is_a_startup_error() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings_of_a_test("http://localhost:1", "http://127.0.0.1:1", folder.path());
    for limit in [16, 20, 24, 30] {
        let mut command = command(&[], &settings, folder.path());
        shell::after(&format!("ulimit -n {limit}"), &mut command);
        let refused = Program::try_to_start(command).await.err();
        let (code, said) = refused.expect("the program started");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("open files is {limit}")), "{said}");
        assert!(said.contains("ulimit -Hn") && said.contains("LimitNOFILE="), "{said}");
    }
}
