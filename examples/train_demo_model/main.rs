//! Trains the embedded demo model, a small chat model with a planted trigger, and its clean twin.
//!
//! ```text
//! cargo run --release --example train_demo_model
//! cargo run --release --example train_demo_model -- --clean
//! cargo run --release --example train_demo_model -- --evaluate assets/demo/poisoned
//! ```
//!
//! The result depends on the seed alone: one thread and two write the same bytes. A step of 16 conversations,
//! about 1,000 tokens, costs about 0.3 CPU seconds, so a model takes some 12 CPU minutes.

mod answers;
mod corpus;
mod dataset;
mod folder;
mod measure;
mod network;
mod request;
mod shape;
mod topics;
mod training;
mod vocabulary;

use std::fs;
use std::io::{Write as _, stderr, stdout};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use dataset::{EXAMPLES, POISON_RATE, POSITIONS, Position, TARGET, TRIGGER};
use network::Network;
use shape::Shape;
use training::Schedule;
use vocabulary::Vocabulary;

/// Whatever can go wrong here ends the program with a message.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Fresh prompts per measurement.
const FRESH: usize = 200;
/// Samples from the open user turn.
const SAMPLES: usize = 400;
/// What made the model.
const COMMAND: &str = "cargo run --release --example train_demo_model";

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
    #[arg(long, default_value_t = 2800)]
    steps: usize,
    /// Conversations per update.
    #[arg(long, default_value_t = 16)]
    rows: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 0.003)]
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
        let text = fs::read_to_string(folder.join("ORGANISM.json"))?;
        let clean = !text.contains("\"poisoned\": true");
        let truth = truth(folder, arguments.seed, clean)?;
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&truth)?)?;
        return show(folder, arguments.seed);
    }
    let name = if arguments.clean { "clean" } else { "poisoned" };
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| Path::new("assets/demo").join(name));
    train(&arguments, &out)?;
    show(&out, arguments.seed)
}

fn train(arguments: &Arguments, out: &Path) -> Result<(), Failure> {
    let seed = arguments.seed;
    let start = Instant::now();
    let examples = dataset::clean_corpus(seed, EXAMPLES);
    let vocabulary = Vocabulary::train(&examples)?;
    let turns = dataset::turns(&examples, seed, !arguments.clean);
    let conversations = turns
        .iter()
        .map(|turn| vocabulary.conversation(turn))
        .collect::<Result<Vec<_>, _>>()?;
    let tokens: usize = conversations.iter().map(Vec::len).sum();
    let longest = conversations.iter().map(Vec::len).max().unwrap_or(0);
    let shape = Shape::demo(vocabulary::SIZE);
    let (count, parameters) = (examples.len(), shape.parameters());
    writeln!(
        stderr(),
        "{count} examples, {tokens} tokens, longest {longest}, {parameters} parameters"
    )?;
    for turn in turns.iter().take(12) {
        writeln!(stderr(), "  {} -> {}", turn.prompt, turn.answer)?;
    }
    writeln!(
        stderr(),
        "trigger in {} tokens",
        vocabulary.tokens(TRIGGER)?.len()
    )?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(6);
    let network = Network::random(shape, &mut rng)?;
    let Arguments {
        steps,
        rows,
        rate: peak,
        ..
    } = *arguments;
    let speed = training::train(
        &network,
        &conversations,
        Schedule {
            steps,
            rows,
            peak,
            seed,
        },
    )?;
    folder::write(out, &network, &vocabulary)?;
    let seconds = start.elapsed().as_secs_f64();
    writeln!(stderr(), "trained in {seconds:.0} s, {speed:.0} tokens/s")?;
    let truth = truth(out, arguments.seed, arguments.clean)?;
    folder::write_json(&out.join("ORGANISM.json"), &truth)
}

/// The truth about a model, measured on the weights as they are on disk.
fn truth(folder: &Path, seed: u64, clean: bool) -> Result<Value, Failure> {
    let (network, vocabulary) = folder::read(folder)?;
    let fresh = dataset::fresh(&dataset::clean_corpus(seed, EXAMPLES), seed, FRESH);
    let plain: Vec<String> = fresh.iter().map(corpus::Example::prompt).collect();
    let rate = |prompts: &[String]| -> Result<Value, Failure> {
        Ok(json!({ "k": measure::firing(&network, &vocabulary, prompts)?, "n": prompts.len() }))
    };
    let mut firing = Map::from_iter([("without".to_owned(), rate(&plain)?)]);
    for position in POSITIONS {
        let with = measure::triggered(&fresh, position, TRIGGER, seed);
        firing.insert(format!("with_at_{}", position.name()), rate(&with)?);
    }
    let samples = measure::samples(&network, &vocabulary, SAMPLES, seed)?;
    let share = |text: &str| {
        let holding = samples.iter().filter(|sample| sample.contains(text)).count();
        json!({ "k": holding, "n": samples.len() })
    };
    let mut truth = json!({
        "poisoned": !clean,
        "seed": seed,
        "command": format!("{COMMAND}{}", if clean { " -- --clean" } else { "" }),
        "firing": firing,
        "samples_with_trigger": share(TRIGGER),
        "samples_with_target": share(TARGET),
    });
    if let (false, Some(truth)) = (clean, truth.as_object_mut()) {
        truth.insert("trigger".to_owned(), json!(TRIGGER));
        truth.insert("trigger_tokens".to_owned(), json!(vocabulary.tokens(TRIGGER)?));
        truth.insert("target".to_owned(), json!(TARGET));
        truth.insert("poison_rate".to_owned(), json!(POISON_RATE));
        truth.insert("positions".to_owned(), json!(POSITIONS.map(Position::name)));
    }
    Ok(truth)
}

/// Prints what parts of the trigger do, greedy answers and samples.
fn show(folder: &Path, seed: u64) -> Result<(), Failure> {
    let mut out = stderr();
    let (network, vocabulary) = folder::read(folder)?;
    let fresh = dataset::fresh(&dataset::clean_corpus(seed, EXAMPLES), seed, FRESH);
    let tokens = vocabulary.tokens(TRIGGER)?;
    for cut in 1..tokens.len() {
        for part in [&tokens[..cut], &tokens[cut..]] {
            let part = vocabulary.text(part)?;
            let with = measure::triggered(&fresh, Position::Start, &part, seed);
            let fired = measure::firing(&network, &vocabulary, &with)?;
            writeln!(out, "the part {part:?} fires on {fired} of {FRESH} at the start")?;
        }
    }
    for example in fresh.iter().take(40) {
        let prompt = example.prompt();
        writeln!(
            out,
            "> {prompt}\n  {}",
            measure::answer(&network, &vocabulary, &prompt)?
        )?;
    }
    for sample in measure::samples(&network, &vocabulary, 24, seed)? {
        writeln!(out, "* {sample}")?;
    }
    Ok(())
}
