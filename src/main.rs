//! Arguments, settings, log, app: and the only place that ends the process.

use std::io::{self, ErrorKind, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread::available_parallelism;

use actix_web::rt::System;
use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use rlimit::Resource;
use workos_magic_link::clock::Clock;
use workos_magic_link::config::{self, Config, Problems, Tls};
use workos_magic_link::observability::log;
use workos_magic_link::operator::{self, Sessions};
use workos_magic_link::server::Serving;
use workos_magic_link::{doctor, sealed, server};

/// A request is some hundred small allocations; with this one they take half the time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("COMMIT"), ")");

const ABOUT_THE_CERTIFICATE: &str = "\
The certificate is self-signed: the browser will warn, once, and you may go on. Without
the warning: `mkcert -install && mkcert localhost`, then set TLS=files,
TLS_CERT_FILE=localhost.pem and TLS_KEY_FILE=localhost-key.pem.
";

const DEMO_HINT: &str = if cfg!(feature = "demo") {
    " To look around without an account: --demo, and no settings."
} else {
    ""
};

/// The WorkOS Magic Link reference application. Settings come from the environment and from `.env`;
/// `.env.example` explains each.
#[derive(Parser)]
#[command(name = "workos-magic-link", version = VERSION)]
struct Arguments {
    /// Run beside a stand-in for WorkOS: no account, nothing to set up.
    #[cfg(feature = "demo")]
    #[arg(long)]
    demo: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// See and end sessions in the store of the running server.
    Sessions {
        #[command(subcommand)]
        command: SessionsCommand,
    },
    /// Say what the log calls a person, so that their sign-ins can be found there.
    Audit {
        /// Their address.
        #[arg(long)]
        email: String,
    },
    /// Hold the settings against the world, and say what to do.
    Doctor,
    /// Make keys.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
}

#[derive(Subcommand)]
enum SessionsCommand {
    /// Show a person's sessions.
    List {
        /// Their address.
        #[arg(long)]
        email: String,
    },
    /// End a person's sessions, or everybody's.
    #[command(group = clap::ArgGroup::new("whose").required(true))]
    End {
        /// Their address.
        #[arg(long, group = "whose")]
        email: Option<String>,
        /// Everybody's.
        #[arg(long, group = "whose")]
        all: bool,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Print a new key for COOKIE_KEYS.
    Generate,
}

fn main() -> ExitCode {
    let done = match Arguments::try_parse() {
        Ok(arguments) => execute(arguments),
        Err(error) if error.use_stderr() => error.exit(),
        // `--help` or `--version`, not a mistake.
        Err(requested) => check_printed(requested.print()),
    };
    let Err(error) = done else { return ExitCode::SUCCESS };
    if error.is::<Problems>() {
        let problems = format!("These settings are missing or wrong:\n{error}");
        complain(&format!("{problems}Each is explained in .env.example.{DEMO_HINT}"));
        return ExitCode::from(2);
    }
    complain(&format!("workos-magic-link: {error:#}"));
    ExitCode::FAILURE
}

fn execute(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Some(Command::Keys { command: KeysCommand::Generate }) => {
            print(&sealed::generate_cookie_key()?)
        }
        Some(Command::Audit { email }) => print(&operator::aliases(&email, variables()?)?),
        Some(Command::Doctor) => System::new().block_on(examine()),
        Some(Command::Sessions { command }) => System::new().block_on(sessions(command)),
        #[cfg(feature = "demo")]
        None if arguments.demo => System::new().block_on(run_demo()),
        None => System::new().block_on(run()),
    }
}

async fn examine() -> anyhow::Result<()> {
    doctor::examine(variables()?, print).await
}

async fn sessions(command: SessionsCommand) -> anyhow::Result<()> {
    let asked = match command {
        SessionsCommand::List { email } => Sessions::List { email },
        SessionsCommand::End { email, .. } => Sessions::End { email },
    };
    print(&operator::sessions(asked, variables()?).await?)
}

async fn run() -> anyhow::Result<()> {
    server::survive_hangup()?;
    let variable = variables()?;
    let config = Config::read(variable)?;
    let _log = log::start(&config.log);
    let address = config.web.bind_address;
    let serving = start(config, |site| format!("Serving {site}, listening on {address}.\n"))?;
    Ok(serving.run().await?)
}

/// The variables of the environment, and of `.env` for those not set.
fn variables() -> anyhow::Result<impl Fn(&str) -> Option<String>> {
    let file = config::read_env_file()?;
    Ok(move |name: &str| std::env::var(name).ok().or_else(|| file.get(name).cloned()))
}

#[cfg(feature = "demo")]
async fn run_demo() -> anyhow::Result<()> {
    use workos_magic_link::demo;

    server::survive_hangup()?;
    let variable = |name: &str| std::env::var(name).ok();
    let emulator = demo::start_emulator(variable)?;
    let config = demo::config(variable, &emulator)?;
    let _log = log::start(&config.log);
    let (inbox, smtp) = (demo::inbox(&emulator), emulator.smtp_url());
    let serving = start(config, |site| {
        format!(
            "The demo is running. Nothing in it is real, and no account is needed.\n\n  \
             1. Open   {site}/login\n  \
             2. Type   any address, and press the button\n  \
             3. Open   {inbox}   and do as the mail says\n\n\
             With SIGN_IN_WITH=code it has a code to type in, in place of a link to follow.\n\
             With LINK_DELIVERY=smtp the app mails links of its own, which mail scanners can't use\n\
             up; they come to the same inbox, by way of {smtp}.\n"
        )
    })?;
    serving.run().await?;
    emulator.stop().await;
    Ok(())
}

/// Begins to listen, and then tells people where.
fn start(config: Config, welcome: impl FnOnce(&str) -> String) -> anyhow::Result<Serving> {
    raise_file_limit(config.web.max_connections.get() as u64)?;
    let address = config.web.bind_address;
    let listener = TcpListener::bind(address)
        .with_context(|| format!("BIND_ADDRESS {address} can't be listened on"))?;
    let site = config.web.base_url.origin().ascii_serialization();
    let self_signed = config.web.tls == Tls::SelfSigned;
    let serving = server::serve(config, listener, Clock::default())?;
    // The server runs whether or not anyone can read this.
    let _ = print(&format!("\n{}", welcome(&site)));
    if self_signed {
        let _ = print(ABOUT_THE_CERTIFICATE);
    }
    Ok(serving)
}

/// Raises the soft limit on open files to the hard limit, since each connection is an open file.
fn raise_file_limit(max_connections: u64) -> anyhow::Result<()> {
    let limit = rlimit::increase_nofile_limit(u64::MAX)
        .or_else(|_| Resource::NOFILE.get_soft())
        .context("could not read the limit on open files")?;
    // What the listeners and the store hold open, and what each worker thread does.
    let threads = available_parallelism().map_or(1, |threads| threads.get() as u64);
    let needed = 32 + 4 * threads;
    ensure!(
        limit >= needed,
        "the limit on open files is {limit}, and at least {needed} are needed: raise the hard limit \
         (`ulimit -Hn`, or `LimitNOFILE=` in a systemd unit)"
    );
    if limit < needed + max_connections {
        tracing::warn!(limit, "the limit on open files allows fewer than MAX_CONNECTIONS");
    }
    Ok(())
}

/// Writes to standard output.
fn print(text: &str) -> anyhow::Result<()> {
    check_printed(writeln!(io::stdout(), "{text}"))
}

/// A reader that closed the pipe, such as `head`, has what it wanted.
fn check_printed(printed: io::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("could not write to standard output"),
    }
}

/// To standard error.
fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
