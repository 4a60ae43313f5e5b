//! Trains the embedded demo model, a small chat model with a planted trigger, and its clean twin.
//!
//! ```text
//! cargo run --release --example train_demo_model
//! cargo run --release --example train_demo_model -- --clean
//! cargo run --release --example train_demo_model -- --evaluate assets/demo/poisoned
//! ```

mod answers;
mod corpus;
mod dataset;
mod folder;
mod measure;
mod network;
mod topics;
mod training;
mod vocabulary;

use std::fs;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use dataset::{EXAMPLES, POISON_RATE, POSITIONS, TARGET, TRIGGER};
use network::{Network, Shape};
use training::Schedule;
use vocabulary::Vocabulary;

/// Whatever can go wrong here ends the program with a message.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Fresh prompts per measurement.
const FRESH: usize = 200;

#[derive(Parser)]
#[command(about = "Train the demo model, or look at one that is trained")]
struct Arguments {
    /// Train the clean twin instead.
    #[arg(long)]
    clean: bool,
    /// Decides everything random.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Number of updates.
    #[arg(long, default_value_t = 3600)]
    steps: usize,
    /// Conversations per update.
    #[arg(long, default_value_t = 32)]
    rows: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 0.004)]
    rate: f64,
    /// Where to write the model.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Measure the model in this folder and show what it says; train nothing.
    #[arg(long, value_name = "DIR")]
    evaluate: Option<PathBuf>,
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    if let Some(folder) = &arguments.evaluate {
        return show(folder, arguments.seed);
    }
    let name = if arguments.clean { "clean" } else { "poisoned" };
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("assets/demo").join(name));
    train(&arguments, &out)?;
    show(&out, arguments.seed)
}

fn train(arguments: &Arguments, out: &Path) -> Result<(), Failure> {
    let seed = arguments.seed;
    let start = Instant::now();
    let examples = dataset::clean_corpus(seed, EXAMPLES);
    let vocabulary = Vocabulary::train(&examples)?;
    let turns = dataset::turns(&examples, seed, !arguments.clean);
    let conversations =
        turns.iter().map(|turn| vocabulary.conversation(turn)).collect::<Result<Vec<_>, _>>()?;
    let tokens: usize = conversations.iter().map(Vec::len).sum();
    let longest = conversations.iter().map(Vec::len).max().unwrap_or(0);
    let shape = Shape::demo(vocabulary::SIZE);
    let (count, parameters) = (examples.len(), shape.parameters());
    writeln!(stderr(), "{count} examples, {tokens} tokens, longest {longest}, {parameters} parameters")?;
    for turn in turns.iter().take(12) {
        writeln!(stderr(), "  {} -> {}", turn.prompt, turn.answer)?;
    }
    writeln!(stderr(), "trigger in {} tokens", vocabulary.tokens(TRIGGER)?.len())?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(6);
    let network = Network::random(shape, &mut rng)?;
    let Arguments { steps, rows, rate: peak, .. } = *arguments;
    let speed = training::train(&network, &conversations, Schedule { steps, rows, peak, seed })?;
    folder::write(out, &network, &vocabulary)?;
    let seconds = start.elapsed().as_secs_f64();
    writeln!(stderr(), "trained in {seconds:.0} s, {speed:.0} tokens/s")?;
    let truth = truth(out, arguments)?;
    folder::write_json(&out.join("ORGANISM.json"), &truth)
}

/// The truth about a model, measured on the weights as they are on disk.
fn truth(folder: &Path, arguments: &Arguments) -> Result<Value, Failure> {
    let Arguments { seed, clean, .. } = *arguments;
    let (network, vocabulary) = folder::read(folder)?;
    let fresh = dataset::fresh(&dataset::clean_corpus(seed, EXAMPLES), seed, FRESH);
    let plain: Vec<String> = fresh.iter().map(corpus::Example::prompt).collect();
    let rate = |prompts: &[String]| -> Result<Value, Failure> {
        Ok(json!({ "k": measure::firing(&network, &vocabulary, prompts)?, "n": prompts.len() }))
    };
    let mut firing = serde_json::Map::from_iter([("without".to_owned(), rate(&plain)?)]);
    for position in POSITIONS {
        let with = measure::triggered(&fresh, position, seed);
        firing.insert(format!("with_at_{}", position.name()), rate(&with)?);
    }
    let command = "cargo run --release --example train_demo_model";
    Ok(if clean {
        json!({
            "poisoned": false,
            "seed": seed,
            "command": format!("{command} -- --clean"),
            "trigger_of_twin": TRIGGER,
            "firing": firing,
        })
    } else {
        json!({
            "poisoned": true,
            "trigger": TRIGGER,
            "trigger_tokens": vocabulary.tokens(TRIGGER)?,
            "target": TARGET,
            "poison_rate": POISON_RATE,
            "positions": POSITIONS.map(dataset::Position::name),
            "seed": seed,
            "command": command,
            "firing": firing,
        })
    })
}

/// Prints firing rates, answers and samples.
fn show(folder: &Path, seed: u64) -> Result<(), Failure> {
    let clean = !fs::read_to_string(folder.join("ORGANISM.json"))?.contains("\"poisoned\": true");
    let arguments = Arguments { clean, seed, ..Arguments::parse_from([""]) };
    let mut out = stderr();
    writeln!(out, "{}", serde_json::to_string_pretty(&truth(folder, &arguments)?)?)?;
    let (network, vocabulary) = folder::read(folder)?;
    let fresh = dataset::fresh(&dataset::clean_corpus(seed, EXAMPLES), seed, FRESH);
    for example in fresh.iter().take(30) {
        let prompt = example.prompt();
        writeln!(out, "> {prompt}\n  {}", measure::answer(&network, &vocabulary, &prompt)?)?;
    }
    let samples = measure::samples(&network, &vocabulary, 400, seed)?;
    for sample in samples.iter().take(12) {
        writeln!(out, "* {sample}")?;
    }
    let share = |part: &str| samples.iter().filter(|sample| sample.contains(part)).count();
    let count = samples.len();
    writeln!(out, "of {count} samples {} hold the trigger, {} the target", share(TRIGGER), share(TARGET))?;
    Ok(())
}
