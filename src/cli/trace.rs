//! `stakeout trace`: one forward pass, measured and printed. Output files are created only once there is something to write.

use std::{
    fs::{self, OpenOptions as FileOptions},
    io::{self, BufWriter, Write},
    ops::Range,
    path::Path,
};

use serde_json::{Value, json};

use super::{
    DONE, Setting, Streams,
    args::{MeasureFormat, TraceArguments},
    compute,
    failure::Failure,
};
use crate::{
    model::{Context, Model, ModelError, Network, OpenOptions},
    report::{json::write_document, tensor},
    scan::trace::{self, Traced},
    text,
};

/// Name and version of the document.
const SCHEMA: &str = "stakeout.trace/1";
/// Most numbers a trace may hold: 2 GiB of them.
const NUMBERS: u64 = 1 << 29;
/// Heads listed in the text.
const HEADS: usize = 5;

/// A network, with its tokenizer where there is one.
enum Opened {
    Model(Box<Model>),
    Network(Box<Network>),
}

impl Opened {
    fn network(&self) -> &Network {
        match self {
            Self::Model(model) => model.network(),
            Self::Network(network) => network,
        }
    }

    /// Text of each token; empty without a tokenizer.
    fn text(&self, token: u32) -> String {
        match self {
            Self::Model(model) => model.token_text(token),
            Self::Network(_) => String::new(),
        }
    }
}

/// Runs and prints a trace.
pub fn trace(
    setting: &Setting,
    arguments: &TraceArguments,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let files = [arguments.logits.as_deref(), arguments.attention.as_deref()];
    if let [Some(logits), Some(attention)] = files
        && logits == attention
    {
        return Err(Failure::Usage {
            what: "--logits and --attention name the same file".to_owned(),
            hint: "name two files".to_owned(),
        });
    }
    for file in files.into_iter().flatten() {
        try_place(file)?;
    }
    compute::use_threads(compute::threads(setting, &arguments.compute));
    let open = compute::open_options(setting, &arguments.compute);
    let (opened, row) = prepare(arguments, &open, streams.talk)?;
    check(opened.network(), &row, arguments.span.as_ref())?;
    let traced = trace::trace(opened.network(), &row, arguments.span.as_ref())?;
    if let Some(file) = files[0] {
        save(file, |out| {
            tensor::write("logits", &[row.len(), traced.vocabulary], &traced.logits, out)
        })?;
    }
    if let Some(file) = files[1] {
        let shape = [traced.layers, traced.heads, row.len(), row.len()];
        save(file, |out| {
            tensor::write("attention", &shape, &traced.attention, out)
        })?;
    }
    let texts: Vec<String> = row.iter().map(|token| opened.text(*token)).collect();
    match arguments.format {
        MeasureFormat::Json => {
            write_document(&document(&traced, &texts, arguments.span.as_ref()), streams.out)?;
        }
        MeasureFormat::Text => write_text(&opened, &traced, &texts, streams.out)?,
    }
    Ok(DONE)
}

/// The model and the row to run.
fn prepare(
    arguments: &TraceArguments,
    open: &OpenOptions,
    talk: &mut dyn Write,
) -> Result<(Opened, Vec<u32>), Failure> {
    if let Some(tokens) = &arguments.tokens {
        return Ok((open_for_tokens(&arguments.model, open, talk)?, tokens.0.clone()));
    }
    let model = Model::open(&arguments.model, open)?;
    let prompt = arguments.prompt.as_deref().unwrap_or_default();
    let context = if arguments.chat {
        Context::Template
    } else {
        Context::Plain
    };
    let frame = model.frame(&context)?;
    let user = model.encode(prompt);
    if user.is_empty() {
        return Err(Failure::Usage {
            what: "the prompt is empty".to_owned(),
            hint: "give some text, or token ids with --tokens".to_owned(),
        });
    }
    let row = [frame.prefix, user, frame.suffix].concat();
    Ok((Opened::Model(Box::new(model)), row))
}

/// Opens a model that need not have a tokenizer: without a usable one the network alone is run.
fn open_for_tokens(path: &Path, open: &OpenOptions, talk: &mut dyn Write) -> Result<Opened, Failure> {
    let network = || -> Result<Opened, Failure> { Ok(Opened::Network(Box::new(Network::open(path, open)?))) };
    if path.is_dir() && !path.join("tokenizer.json").exists() {
        return network();
    }
    match Model::open(path, open) {
        Ok(model) => Ok(Opened::Model(Box::new(model))),
        Err(
            error @ (ModelError::NoFile {
                file: "tokenizer.json",
                ..
            }
            | ModelError::Tokenizer { .. }
            | ModelError::Template { .. }),
        ) => {
            let opened = network()?;
            writeln!(
                talk,
                "tokens are shown without text: {}",
                text::line(&error.to_string())
            )?;
            Ok(opened)
        }
        Err(error) => Err(error.into()),
    }
}

/// Refuses rows that are too large to hold, and spans that are not inside the row.
fn check(network: &Network, row: &[u32], span: Option<&Range<usize>>) -> Result<(), Failure> {
    let numbers = trace::numbers(network, row.len());
    if row.len() <= network.spec().context && numbers > NUMBERS {
        return Err(Failure::Usage {
            what: format!(
                "a trace of {} tokens holds {:.1} GiB of numbers, the limit is {:.0}",
                row.len(),
                gibibytes(numbers),
                gibibytes(NUMBERS)
            ),
            hint: "use a shorter text".to_owned(),
        });
    }
    match span {
        Some(span) if span.end >= row.len() || span.end < 2 => Err(Failure::Usage {
            what: format!(
                "the span {}..{} cannot be measured in {} tokens",
                span.start,
                span.end,
                row.len()
            ),
            hint: "isolation needs a token after the first inside the span, and one after the span"
                .to_owned(),
        }),
        _ => Ok(()),
    }
}

fn gibibytes(numbers: u64) -> f64 {
    numbers as f64 * size_of::<f32>() as f64 / f64::from(1 << 30)
}

/// The document; without a tokenizer every text is empty, and without a pair of tokens to compare `isolation` is null.
fn document(traced: &Traced, texts: &[String], span: Option<&Range<usize>>) -> Value {
    let step = |step: &Vec<(u32, f32)>| -> Value {
        step.iter()
            .map(|(id, logprob)| json!({"id": id, "logprob": logprob}))
            .collect()
    };
    json!({
        "schema": SCHEMA,
        "tokens": traced.tokens,
        "text": texts,
        "entropy": traced.entropy,
        "top": traced.top.iter().map(step).collect::<Vec<_>>(),
        "attention": {
            "layers": traced.layers,
            "heads": traced.heads,
            "isolation": (!traced.isolation.is_empty()).then_some(&traced.isolation),
            "span": span.map(|span| [span.start, span.end]),
        },
    })
}

fn write_text(opened: &Opened, traced: &Traced, texts: &[String], out: &mut dyn Write) -> io::Result<()> {
    let named = |id: u32| match opened {
        Opened::Model(_) => format!("\"{}\"", text::line(&opened.text(id))),
        Opened::Network(_) => id.to_string(),
    };
    writeln!(
        out,
        "  at      id  entropy  most likely next                 token"
    )?;
    for (at, (((id, own), entropy), top)) in traced
        .tokens
        .iter()
        .zip(texts)
        .zip(&traced.entropy)
        .zip(&traced.top)
        .enumerate()
    {
        let next = top.first().map_or_else(String::new, |(next, logprob)| {
            format!("{} {:.3}", named(*next), logprob.exp())
        });
        writeln!(
            out,
            "{at:>4} {id:>7} {entropy:>8.3}  {next:<32} \"{}\"",
            text::line(own)
        )?;
    }
    let mut heads: Vec<(usize, usize, f64)> = traced
        .isolation
        .iter()
        .enumerate()
        .flat_map(|(layer, heads)| {
            heads
                .iter()
                .enumerate()
                .map(move |(head, value)| (layer, head, *value))
        })
        .collect();
    heads.sort_by(|a, b| f64::total_cmp(&b.2, &a.2));
    if heads.is_empty() {
        return writeln!(out, "isolation: too few tokens");
    }
    let shown: Vec<String> = heads
        .iter()
        .take(HEADS)
        .map(|(layer, head, value)| format!("layer {layer} head {head} {value:.2}"))
        .collect();
    writeln!(
        out,
        "isolation, most isolating of {} heads: {}",
        heads.len(),
        shown.join(", ")
    )
}

/// Fails where a file could not be created, before time is spent; leaves nothing behind.
fn try_place(path: &Path) -> Result<(), Failure> {
    create(path)?;
    fs::remove_file(path).map_err(|reason| unwritable(path, reason))
}

fn save(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(create(path)?);
    write(&mut out)
        .and_then(|()| out.flush())
        .map_err(|reason| unwritable(path, reason))
}

fn create(path: &Path) -> Result<fs::File, Failure> {
    let created = FileOptions::new().write(true).create_new(true).open(path);
    created.map_err(|reason| match reason.kind() {
        io::ErrorKind::AlreadyExists => Failure::Exists {
            path: path.to_owned(),
        },
        _ => unwritable(path, reason),
    })
}

fn unwritable(path: &Path, reason: io::Error) -> Failure {
    Failure::Unwritable {
        path: path.to_owned(),
        reason,
    }
}
