//! `stakeout completions` and `stakeout man`: made from the command line itself, so they cannot fall behind it.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Arguments;

/// Writes completions for a shell.
pub fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    // The generator stops the program when a write fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "stakeout", &mut script);
    out.write_all(&script)
}

/// Writes the manual: a page for the program, then one for each command.
pub fn man(out: &mut dyn Write) -> io::Result<()> {
    let mut whole = Arguments::command();
    whole.build();
    clap_mangen::Man::new(whole.clone()).render(out)?;
    for command in whole.get_subcommands() {
        clap_mangen::Man::new(command.clone()).render(out)?;
    }
    Ok(())
}
