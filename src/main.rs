//! Parses the arguments and runs a command. No other code ends the process.

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

/// Requests make hundreds of small allocations, which take half the time with this allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("COMMIT"), ")");

/// The WorkOS Magic Link reference application. Settings come from the environment and from `.env`;
/// `.env.example` explains each.
#[derive(Parser)]
#[command(name = "workos-magic-link", version = VERSION)]
struct Arguments {
    /// Run with a WorkOS emulator, without an account or settings.
    #[cfg(feature = "demo")]
    #[arg(long)]
    demo: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// List or end sessions, also while the server runs.
    Sessions {
        #[command(subcommand)]
        command: Sessions,
    },
    /// Print the aliases by which the audit log names a user.
    Audit {
        /// The user's email address.
        #[arg(long)]
        email: String,
    },
    /// Check the configuration against the live services and suggest fixes.
    Doctor,
    /// Exit with 0 if the running app is ready, for the health check of a container.
    Health,
    /// Generate cookie keys.
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
        print_error(&format!("Missing or invalid settings:\n{error}.env.example explains each."));
        #[cfg(feature = "demo")]
        print_error("To try the app without an account or settings, use --demo.");
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
