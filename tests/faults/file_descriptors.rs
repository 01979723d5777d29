//! The system gives no more sockets.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::Command;

use crate::site::Site;
use crate::test_app::http;

#[actix_web::test]
async fn when_they_run_out_others_wait_and_are_served_when_some_come_back() {
    let site = Site::start_with(&[], |command| {
        let program = command.as_std().get_program().to_owned();
        let settings: Vec<_> = command
            .as_std()
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        let folder = command.as_std().get_current_dir().unwrap().to_owned();
        let mut limited = Command::new("/bin/sh");
        limited.args(["-c", "ulimit -n 64; exec \"$0\""]).arg(program);
        limited.env_clear().envs(settings).current_dir(folder).kill_on_drop(true);
        limited.stdin(std::process::Stdio::null());
        limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        *command = limited;
    })
    .await;
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
        assert!(begun.elapsed() < Duration::from_secs(15), "nobody is served any more");
    }
    let (code, log) = site.program.terminate().await;
    assert_eq!(code, Some(0));
    assert!(log.contains("Too many open files"), "they ran out, and the operator is told: {log}");
    assert!(log.lines().count() < 500, "and not without end");
}
