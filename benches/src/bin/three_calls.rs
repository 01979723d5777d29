//! What a sign-in is measured against: a program that makes the three calls of WorkOS that a sign-in
//! needs, through the app's own client, and does nothing else. For each line on standard input, a
//! number, it makes the calls of so many sign-ins, and says `done`.

use std::io::{Write, stdin, stdout};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use secrecy::SecretString;
use tokio::task::JoinSet;
use url::Url;
use workos_magic_link::workos::{Client, CreatePasswordlessSession, Credentials};

/// Makes the three calls of a sign-in.
#[derive(Parser)]
struct Arguments {
    /// Where WorkOS is.
    #[arg(long)]
    api_url: Url,
    /// The redirect URI.
    #[arg(long)]
    redirect_uri: String,
    /// How many sign-ins go on at once.
    #[arg(long)]
    at_once: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let credentials = Credentials {
        api_key: SecretString::from("sk_test_default"),
        client_id: "client_emulator".to_owned(),
    };
    let client = Client::new(reqwest::Client::builder(), arguments.api_url, credentials)?;
    for line in stdin().lines() {
        let sign_ins: usize = line?.parse().context("expected a number")?;
        let mut browsers = JoinSet::new();
        for first in 0..arguments.at_once {
            let (client, redirect_uri) = (client.clone(), arguments.redirect_uri.clone());
            browsers.spawn(async move {
                for number in (first..sign_ins).step_by(arguments.at_once) {
                    sign_in(&client, &redirect_uri, number).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(ended) = browsers.join_next().await {
            ended??;
        }
        stdout().write_all(b"done\n")?;
    }
    Ok(())
}

async fn sign_in(client: &Client, redirect_uri: &str, number: usize) -> anyhow::Result<()> {
    let email = format!("person{number:08}@bench.test");
    // As long as the app's.
    let state = format!("{number:0>220}");
    let session = CreatePasswordlessSession {
        email: &email,
        redirect_uri,
        state: &state,
        expires_in: Duration::from_secs(900),
    };
    let session = client.create_passwordless_session(session).await?;
    client.send_passwordless_session(&session.id).await?;
    let signed_in = client.exchange_code(&email, None).await?;
    anyhow::ensure!(signed_in.email == email, "the Profile is somebody else's");
    Ok(())
}
