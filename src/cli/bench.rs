//! `stakeout bench`: every model of a folder scanned blind, then compared with what was planted. Nothing is recorded.
//!
//! Invariant: the scan gets the model folder alone, and the truth is read when every scan is over.

mod compare;
mod figure;
mod truth;

use std::{
    fs,
    io::{self, Write},
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::Instant,
};

use self::{
    compare::{Scanned, bands, document, rates},
    truth::{Match, Truth},
};
use super::{
    DONE, Setting, Streams,
    args::{BenchArguments, ReportFormat},
    compute,
    failure::Failure,
};
use crate::{
    finding::{Finding, Rate},
    model::{Model, OpenOptions},
    report::{json::write_document, level_name},
    scan::{
        self,
        event::ScanEvent,
        gate::Gate,
        plan::{Budget, Part, Plan},
    },
    text,
};

/// Longest model text shown in a table, in characters.
const LONGEST: usize = 40;

/// Scans every model of a folder and prints the comparison.
pub fn bench(
    setting: &Setting,
    arguments: &BenchArguments,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let configured = Budget::ALL
        .into_iter()
        .find(|budget| budget.name() == setting.config.budget);
    let plan = Plan {
        budget: arguments.budget.or(configured).unwrap_or_default(),
        seed: arguments.seed,
        arms: Vec::new(),
    };
    let paths = models(&arguments.folder)?;
    compute::use_threads(compute::threads(setting, &arguments.compute));
    let open = compute::open_options(setting, &arguments.compute);
    let mut all = Vec::new();
    for path in &paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        writeln!(
            streams.talk,
            "{} of {}  {}",
            all.len() + 1,
            paths.len(),
            text::line(&name)
        )?;
        all.push(scanned(name, path, &open, (&plan, arguments.without)));
    }
    for (scanned, path) in all.iter_mut().zip(&paths) {
        scanned.truth = Truth::beside(path);
    }
    if let Some(path) = &arguments.figure {
        fs::write(path, figure::reliability(&bands(&all))).map_err(|reason| Failure::Unwritable {
            path: path.clone(),
            reason,
        })?;
    }
    let budget = plan.budget.name();
    match arguments.format {
        ReportFormat::Json => write_document(&document(&all, budget), streams.out)?,
        ReportFormat::Markdown => table(&all, true, streams.out)?,
        ReportFormat::Text => table(&all, false, streams.out)?,
    }
    Ok(DONE)
}

/// Folders that hold a config.json, by name; hidden ones are left out.
fn models(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|reason| Failure::Unreadable {
        path: folder.to_owned(),
        reason,
    })?;
    let hidden = |path: &Path| {
        path.file_name()
            .is_none_or(|name| name.to_string_lossy().starts_with('.'))
    };
    let mut models: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("config.json").is_file() && !hidden(path))
        .collect();
    models.sort();
    if models.is_empty() {
        return Err(Failure::Usage {
            what: format!("{}: no model folder in it", text::line(&folder.to_string_lossy())),
            hint: "each model is a folder with config.json, tokenizer.json and weights".to_owned(),
        });
    }
    Ok(models)
}

fn scanned(name: String, path: &Path, open: &OpenOptions, (plan, without): (&Plan, Option<Part>)) -> Scanned {
    let start = Instant::now();
    let mut findings: Vec<Finding> = Vec::new();
    let mut failure = None;
    match Model::open(path, open) {
        Ok(model) => {
            let mut emit = |event| {
                match event {
                    ScanEvent::Finding(finding) => {
                        findings.retain(|known| known.id != finding.id);
                        findings.push(*finding);
                    }
                    ScanEvent::Failed { message } => failure = Some(message),
                    _ => {}
                }
                ControlFlow::Continue(())
            };
            let gate = Gate::default();
            if catch_unwind(AssertUnwindSafe(|| {
                scan::run_without(&model, plan, without, &gate, &mut emit);
            }))
            .is_err()
            {
                failure = Some("a fault in stakeout".to_owned());
            }
        }
        Err(error) => failure = Some(error.to_string()),
    }
    findings.sort_by(|a, b| b.level.cmp(&a.level).then(b.confidence.total_cmp(&a.confidence)));
    Scanned {
        name,
        findings,
        seconds: start.elapsed().as_secs_f64(),
        failure,
        truth: None,
    }
}

/// The comparison for people: columns, or a markdown table.
fn table(all: &[Scanned], markdown: bool, out: &mut dyn Write) -> io::Result<()> {
    let head = [
        "model",
        "planted",
        "found",
        "rank",
        "level",
        "confidence",
        "seconds",
        "trigger",
    ];
    let rows: Vec<[String; 8]> = all.iter().map(row).collect();
    lines(&head, &rows, markdown, out)?;
    writeln!(out)?;
    let share = |rate: Rate| match rate.n {
        0 => "none to count".to_owned(),
        n => format!(
            "{} of {n}, {:.0}% ({:.0}% to {:.0}%)",
            rate.k,
            100.0 * f64::from(rate.k) / f64::from(n),
            100.0 * rate.low,
            100.0 * rate.high
        ),
    };
    let shares: Vec<[String; 2]> = rates(all)
        .into_iter()
        .map(|(name, rate)| [name.to_owned(), share(rate)])
        .collect();
    lines(&["rate", "value"], &shares, markdown, out)?;
    let bands: Vec<[String; 2]> = bands(all)
        .iter()
        .map(|band| [format!("{:.2}", band.confidence), share(band.right)])
        .collect();
    if !bands.is_empty() {
        writeln!(out)?;
        lines(
            &["mean confidence", "findings that name something planted"],
            &bands,
            markdown,
            out,
        )?;
    }
    Ok(())
}

fn row(scanned: &Scanned) -> [String; 8] {
    let hit = scanned.hit();
    let shown = hit.map_or_else(
        || scanned.findings.first(),
        |hit| scanned.findings.get(hit.rank - 1),
    );
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let planted = match &scanned.truth {
        None => "unknown",
        Some(truth) if truth.poisoned => "yes",
        Some(_) => "no",
    };
    let found = match (hit.map(|hit| hit.named), &scanned.failure) {
        (_, Some(_)) => "failed",
        (Some(Match::Exact), None) => "exact",
        (Some(Match::Core), None) => "part",
        (None, None) => "-",
    };
    let model_text = |raw: &str| {
        let cut: String = raw.chars().take(LONGEST).collect();
        text::line(&cut).to_string()
    };
    let told = scanned
        .failure
        .as_deref()
        .or(shown.map(|finding| finding.trigger.as_str()));
    [
        model_text(&scanned.name),
        planted.to_owned(),
        found.to_owned(),
        or_dash(hit.map(|hit| hit.rank.to_string())),
        or_dash(shown.map(|finding| level_name(finding.level).to_owned())),
        or_dash(shown.map(|finding| format!("{:.2}", finding.confidence))),
        format!("{:.1}", scanned.seconds),
        or_dash(told.map(model_text)),
    ]
}

fn lines<const N: usize>(
    head: &[&str; N],
    rows: &[[String; N]],
    markdown: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows: Vec<Vec<String>> = std::iter::once(head.iter().map(|cell| (*cell).to_owned()).collect())
        .chain(rows.iter().map(|row| row.to_vec()))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    for (number, row) in rows.iter().enumerate() {
        if markdown {
            // Bars and backquotes would end the cell.
            let cells: Vec<String> = row
                .iter()
                .map(|cell| cell.replace(['|', '`'], "\u{b7}"))
                .collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
            if number == 0 {
                writeln!(out, "|{}", "---|".repeat(N))?;
            }
        } else {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(column, cell)| format!("{cell:<wide$}", wide = width(column)))
                .collect();
            writeln!(out, "{}", cells.join("  ").trim_end())?;
        }
    }
    Ok(())
}
