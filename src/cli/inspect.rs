//! `stakeout inspect`: what a model is made of and what a scan of it would cost. No weights are loaded.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    DONE, Setting, Streams,
    args::{InspectArguments, MeasureFormat},
    compute,
    failure::Failure,
    scanning,
};
use crate::{
    model::{
        FileFacts, Hashing,
        inspect::{self, Anatomy},
    },
    report::json::write_document,
    scan::{
        forecast::{self, Forecast},
        plan::Plan,
    },
    text,
};

/// Name and version of the document.
const SCHEMA: &str = "stakeout.inspect/1";
/// Hashing is told at most this often.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Special tokens and other files listed in the text.
const LISTED: usize = 24;

/// Looks at a model and prints what it is.
pub fn inspect(
    setting: &Setting,
    arguments: &InspectArguments,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let plan = Plan {
        arms: arguments
            .arms
            .iter()
            .map(|path| scanning::arm(path))
            .collect::<Result<_, _>>()?,
        ..Plan::default()
    };
    compute::use_threads(compute::threads(setting, &arguments.compute));
    let mut next = Instant::now() + TELL_EVERY;
    let mut tell = |name: &str, done: u64, all: u64| {
        if Instant::now() >= next {
            next = Instant::now() + TELL_EVERY;
            let share = 100.0 * done as f64 / all.max(1) as f64;
            // Progress that cannot be told is no reason to stop.
            let _ = writeln!(streams.talk, "{share:>3.0}%  hashing {}", text::line(name));
        }
    };
    let hashing = if arguments.no_hash {
        Hashing::Off
    } else {
        Hashing::Told(&mut tell)
    };
    let anatomy = inspect::inspect(&arguments.model, hashing, &setting.renderer)?;
    let forecast = match &anatomy.wordless {
        Some(_) => None,
        None => Some(forecast::forecast(
            &anatomy,
            &compute::open_options(setting, &arguments.compute),
            &plan,
        )?),
    };
    match arguments.format {
        MeasureFormat::Json => write_document(&document(&anatomy, forecast.as_ref()), streams.out)?,
        MeasureFormat::Text => {
            write_model(&anatomy, streams.out)?;
            write_words(&anatomy, streams.out)?;
            write_forecast(&anatomy, forecast.as_ref(), streams.out)?;
        }
    }
    Ok(DONE)
}

fn document(anatomy: &Anatomy, forecast: Option<&Forecast>) -> Value {
    let (facts, spec) = (&anatomy.facts, anatomy.spec());
    let file = |file: &FileFacts| json!({"name": file.name, "bytes": file.bytes, "sha256": file.sha256});
    let cost = |cost: &forecast::Cost| {
        json!({
            "budget": cost.budget.name(),
            "leaks": cost.work.leaks.round(),
            "leak_tokens": cost.work.leak_tokens,
            "generated_tokens": cost.work.tokens().round(),
            "memory_bytes": cost.memory,
            "seconds": cost.seconds,
        })
    };
    json!({
        "schema": SCHEMA,
        "program": env!("CARGO_PKG_VERSION"),
        "model": {
            "path": facts.path,
            "architecture": facts.architecture,
            "parameters": facts.parameters,
            "sha256": Some(&facts.sha256).filter(|sha256| !sha256.is_empty()),
            "dtype": facts.dtype,
            "layers": facts.layers,
            "heads": facts.heads,
            "kv_heads": spec.attention.kv_heads,
            "head_width": spec.attention.head_dim,
            "hidden": spec.hidden,
            "inner": spec.mlp.inner,
            "vocabulary": facts.vocabulary,
            "context": facts.context,
            "tied": spec.tied,
            "weight_bytes": anatomy.weight_bytes(),
        },
        "files": anatomy.files.iter().map(file).collect::<Vec<_>>(),
        "other_files": anatomy.others,
        "tokenizer": anatomy.tokenizer().map(|known| json!({
            "tokens": known.tokens,
            "special": known.special.iter().map(|(id, text)| json!({"id": id, "text": text})).collect::<Vec<_>>(),
            "begin": known.begin,
            "end": known.end,
        })),
        "template": anatomy.template().map(|template| json!({
            "source": template.source,
            "system_role": template.system_refused.is_none(),
            "system_refused": template.system_refused,
        })),
        "scan": forecast.map(|forecast| json!({
            "arms": forecast.arms,
            "skipped": forecast.skipped,
            "threads": rayon::current_num_threads(),
            "costs": forecast.costs.iter().map(cost).collect::<Vec<_>>(),
        })),
        "cannot_scan": anatomy.wordless,
        "notices": facts.notices,
    })
}

fn write_model(anatomy: &Anatomy, out: &mut dyn Write) -> io::Result<()> {
    let (facts, spec) = (&anatomy.facts, anatomy.spec());
    writeln!(out, "Model        {}", text::line(&facts.path))?;
    writeln!(
        out,
        "Architecture {}, {} parameters, {} on disk",
        text::line(&facts.architecture),
        facts.parameters,
        text::line(&facts.dtype)
    )?;
    writeln!(
        out,
        "Shape        {} layers of {} heads ({} for keys), width {}, {} tokens, context {}{}",
        facts.layers,
        facts.heads,
        spec.attention.kv_heads,
        spec.hidden,
        facts.vocabulary,
        facts.context,
        if spec.tied {
            ", the head is the embedding"
        } else {
            ""
        }
    )?;
    if !facts.sha256.is_empty() {
        writeln!(out, "Digest       sha256 {}", text::line(&facts.sha256))?;
    }
    for file in &anatomy.files {
        let digest = file.sha256.as_deref().unwrap_or("not hashed");
        writeln!(
            out,
            "File         {:>14}  {digest}  {}",
            file.bytes,
            text::line(&file.name)
        )?;
    }
    if !anatomy.others.is_empty() {
        let names: Vec<String> = listed(&anatomy.others, Clone::clone);
        writeln!(out, "Beside them  {}", names.join(", "))?;
    }
    for notice in &facts.notices {
        writeln!(out, "Notice       {}", text::line(notice))?;
    }
    Ok(())
}

fn write_words(anatomy: &Anatomy, out: &mut dyn Write) -> io::Result<()> {
    if let Some(known) = anatomy.tokenizer() {
        let special = listed(&known.special, |(id, text)| format!("{id} {text}"));
        writeln!(
            out,
            "Tokenizer    {} tokens; special: {}",
            known.tokens,
            if special.is_empty() {
                "none".to_owned()
            } else {
                special.join(", ")
            }
        )?;
        writeln!(
            out,
            "             a text begins with {}; an answer ends with {}",
            known
                .begin
                .map_or_else(|| "nothing".to_owned(), |id| id.to_string()),
            if known.end.is_empty() {
                "nothing".to_owned()
            } else {
                listed(&known.end, ToString::to_string).join(", ")
            }
        )?;
    }
    match anatomy.template() {
        None => writeln!(out, "Template     none"),
        Some(template) => writeln!(
            out,
            "Template     in {}; {}",
            template.source,
            template.system_refused.as_ref().map_or_else(
                || "a system turn is accepted".to_owned(),
                |reason| format!("no system turn: {}", text::line(reason))
            )
        ),
    }
}

fn write_forecast(anatomy: &Anatomy, forecast: Option<&Forecast>, out: &mut dyn Write) -> io::Result<()> {
    let Some(forecast) = forecast else {
        let reason = anatomy.wordless.as_deref().unwrap_or_default();
        return writeln!(
            out,
            "Scan         not possible: {}. `stakeout trace --tokens` works.",
            text::line(reason)
        );
    };
    for arm in &forecast.arms {
        writeln!(
            out,
            "Arm          {}: it is asked to continue \"{}\" ({} tokens)",
            text::line(&arm.name),
            text::line(&arm.prefix),
            arm.prefix_tokens.len()
        )?;
    }
    for skipped in &forecast.skipped {
        writeln!(out, "Left out     {}", text::line(skipped))?;
    }
    for cost in &forecast.costs {
        writeln!(
            out,
            "Budget       {:<9} {:>4.0} leaks of {:>3.0} tokens, about {} tokens in all, {} of memory, {}",
            cost.budget.name(),
            cost.work.leaks,
            cost.work.leak_tokens,
            rounded(cost.work.tokens()),
            bytes(cost.memory),
            time(cost.seconds)
        )?;
    }
    if forecast.costs.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "             times are for {} threads of this machine as busy as it is now; what leaks makes them 0.5 to 2 times as long",
        rayon::current_num_threads()
    )
}

/// The first of a list as safe text, and how many more there are.
fn listed<T>(all: &[T], raw: impl Fn(&T) -> String) -> Vec<String> {
    let mut shown: Vec<String> = all
        .iter()
        .take(LISTED)
        .map(|one| text::line(&raw(one)).to_string())
        .collect();
    if all.len() > LISTED {
        shown.push(format!("and {} more", all.len() - LISTED));
    }
    shown
}

fn rounded(count: f64) -> String {
    match count {
        count if count >= 1e6 => format!("{:.1} million", count / 1e6),
        count => format!("{:.0} thousand", count / 1e3),
    }
}

fn bytes(count: u64) -> String {
    let mebibytes = count as f64 / f64::from(1 << 20);
    if mebibytes < 1000.0 {
        format!("{mebibytes:.0} MiB")
    } else {
        format!("{:.1} GiB", mebibytes / 1024.0)
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 100.0 => format!("{seconds:.0} seconds"),
        seconds if seconds < 6000.0 => format!("{:.0} minutes", seconds / 60.0),
        seconds => format!("{:.1} hours", seconds / 3600.0),
    }
}
