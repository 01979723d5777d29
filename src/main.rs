//! Parses the arguments and dispatches to the commands: the only place that ends the process.

use std::io::{self, Write};
use std::process::ExitCode;

use actix_web::rt::System;
use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
#[cfg(feature = "demo")]
use workos_magic_link::commands::demo;
use workos_magic_link::commands::keys::Keys;
use workos_magic_link::commands::sessions::Sessions;
use workos_magic_link::commands::{
    audit, check_printed, doctor, health, keys, print, serve, sessions, variables,
};
use workos_magic_link::config::Problems;

/// A request makes hundreds of small allocations, which take half the time with this allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("COMMIT"), ")");

/// The WorkOS Magic Link reference application. Settings come from the environment and from `.env`;
/// `.env.example` explains each.
#[derive(Parser)]
#[command(name = "workos-magic-link", version = VERSION)]
struct Arguments {
    /// Run with an emulator of WorkOS: no account, nothing to set up.
    #[cfg(feature = "demo")]
    #[arg(long)]
    demo: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// List and end sessions in the store of the running server.
    Sessions {
        #[command(subcommand)]
        command: Sessions,
    },
    /// Print what the log calls a user, so that their sign-ins can be found there.
    Audit {
        /// The user's email address.
        #[arg(long)]
        email: String,
    },
    /// Check the configuration against the live services and suggest fixes.
    Doctor,
    /// Exit with 0 if the running app is ready, for the health check of a container.
    Health,
    /// Make keys.
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::try_parse() {
        Ok(arguments) => System::new().block_on(run(arguments)),
        Err(error) if error.use_stderr() => error.exit(),
        // `--help` or `--version`, not a mistake.
        Err(requested) => check_printed(requested.print()),
    };
    let Err(error) = done else { return ExitCode::SUCCESS };
    if error.is::<Problems>() {
        let problems = format!("These settings are missing or wrong:\n{error}");
        print_error(&format!("{problems}Each is explained in .env.example."));
        #[cfg(feature = "demo")]
        print_error("To look around without an account: --demo, and no settings.");
        return ExitCode::from(2);
    }
    print_error(&format!("workos-magic-link: {error:#}"));
    ExitCode::FAILURE
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Some(Command::Sessions { command }) => print(&sessions::run(command, variables()?).await?),
        Some(Command::Audit { email }) => print(&audit::aliases(&email, variables()?)?),
        Some(Command::Doctor) => doctor::run(variables()?).await,
        Some(Command::Health) => health::run(variables()?).await,
        Some(Command::Keys { command }) => print(&keys::run(command)?),
        #[cfg(feature = "demo")]
        None if arguments.demo => demo::run().await,
        None => serve::run().await,
    }
}

fn print_error(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
