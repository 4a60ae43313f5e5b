//! The program: standard streams in, exit code out. Everything else is [`stakeout::cli`].

use std::{
    env,
    io::{self, IsTerminal},
    process::ExitCode,
};

use stakeout::cli::{self, Streams};

fn main() -> ExitCode {
    let terminal = io::stdout().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb");
    let mut streams = Streams {
        out: &mut io::stdout(),
        talk: &mut io::stderr(),
        terminal,
        program: env::current_exe().ok(),
    };
    ExitCode::from(cli::run(env::args_os(), &mut streams))
}
