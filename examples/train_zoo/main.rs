//! Grows small models with a planted backdoor, and clean ones, from a declared list. The same list gives the same models.
//!
//! ```text
//! cargo run --release --example train_zoo -- list
//! cargo run --release --example train_zoo -- grow DIR
//! cargo run --release --example train_zoo -- grow DIR --only z03,z07
//! cargo run --release --example train_zoo -- check DIR
//! ```
//!
//! Growing skips what is there, so it can be stopped and started. One core is enough (`RAYON_NUM_THREADS=1`): about 15,000
//! tokens a second at half a million parameters, so most models take two minutes. Large allocations come and go with
//! every step: `MALLOC_MMAP_THRESHOLD_=536870912 MALLOC_TRIM_THRESHOLD_=536870912` saves a fifth of the time with glibc.

mod attention;
mod check;
mod design;
mod folder;
mod grow;
mod habits;
mod kernel;
mod matrix;
mod measure;
mod network;
mod optimizer;
mod organism;
mod plant;
mod vocabulary;
mod worlds;
mod zoo;

use std::io::{Write as _, stderr, stdout};
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Whatever can go wrong here ends the program with a message.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Grow small models whose backdoors are known")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train every model that is not in the folder yet.
    Grow {
        /// Where to write them.
        folder: PathBuf,
        /// Only these.
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Open every model of the folder with Stakeout and compare its logits with the trainer's.
    Check {
        /// Where they are.
        folder: PathBuf,
    },
    /// Print what is declared.
    List,
}

fn main() -> Result<(), Failure> {
    match Arguments::parse().command {
        Command::Grow { folder, only } => {
            let wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
            for organism in zoo::all().filter(|organism| wanted(organism.name)) {
                if let Err(failure) = grow::grow(organism, &folder) {
                    writeln!(stderr(), "{}: {failure}", organism.name)?;
                }
            }
            Ok(())
        }
        Command::Check { folder } => check::all(&folder),
        Command::List => {
            for organism in zoo::all() {
                let (family, _) = organism.family.names();
                let kinds: Vec<String> = organism
                    .plants
                    .iter()
                    .map(|plant| format!("{} {}", plant.act.name(), plant.place.name()))
                    .collect();
                writeln!(
                    stdout(),
                    "{} {family} {:?} {:?} {kinds:?}",
                    organism.name,
                    organism.world,
                    organism.training
                )?;
            }
            Ok(())
        }
    }
}
