//! `stakeout probe`: one string measured by hand and printed. Nothing is recorded.
//!
//! Invariant: a measurement that did not reach its end prints no result.

use std::{io, io::Write, path::PathBuf};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    DONE, FINDINGS, Setting, Streams,
    args::{MeasureFormat, ProbeArguments},
    compute,
    failure::Failure,
    headless::Teller,
    scanning, signal_code,
    signals::{INTERRUPT, Signals},
    textfile,
};
use crate::{
    finding::{Finding, Level},
    model::Model,
    report::{json, level_name, plain},
    scan::{
        event::{Finished, ScanEvent, Started},
        single::{self, Prompts, Question},
    },
    text,
    ui::RunningScan,
};

/// Name and version of the document.
const SCHEMA: &str = "stakeout.probe/1";
/// Largest file of prompts read, in bytes.
const LARGEST_PROMPTS: u64 = 1024 * 1024;

/// Everything a measurement reported.
#[derive(Debug, Default)]
struct Answer {
    started: Option<Box<Started>>,
    finding: Option<Box<Finding>>,
    finished: Option<Box<Finished>>,
    notices: Vec<String>,
}

/// Measures a string and prints what it comes to.
pub fn probe(
    setting: &Setting,
    arguments: &ProbeArguments,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let question = Question {
        trigger: arguments.trigger.clone(),
        position: arguments.position,
        arm: arguments.arm.as_deref().map(scanning::arm).transpose()?,
        prompts: prompts(arguments.prompts.as_deref())?,
        seed: arguments.seed,
    };
    compute::use_threads(compute::threads(setting, &arguments.compute));
    let model = Model::open(
        &arguments.model,
        &compute::open_options(setting, &arguments.compute),
    )?;
    if let Some((what, hint)) = question.problem(&model) {
        return Err(Failure::Usage {
            what: text::line(&what).to_string(),
            hint: hint.to_owned(),
        });
    }
    let running = scanning::spawn(move |gate, emit| single::run(&model, &question, gate, emit))?;
    let (answer, signal) = scanning::runtime()?.block_on(async {
        let mut signals = scanning::listen()?;
        follow(running, &mut signals, streams.talk).await
    })?;
    if let Some(signal) = signal {
        return Ok(signal_code(signal));
    }
    let Some(finding) = answer.finding.as_deref() else {
        return Err(Failure::Unmeasured {
            message: "the measurement ended without a result".to_owned(),
        });
    };
    match arguments.format {
        MeasureFormat::Json => json::write_document(&document(&answer, finding), streams.out)?,
        MeasureFormat::Text => write_text(&answer, finding, streams.out)?,
    }
    if finding.level >= arguments.fail_on.unwrap_or(Level::High) {
        Ok(FINDINGS)
    } else {
        Ok(DONE)
    }
}

/// A number of prompts, or a file of them.
fn prompts(word: Option<&str>) -> Result<Prompts, Failure> {
    let Some(word) = word else {
        return Ok(Prompts::Usual);
    };
    if let Ok(count) = word.parse() {
        return Ok(Prompts::Fresh(count));
    }
    let path = PathBuf::from(word);
    let wrong = |problem| Failure::Prompts {
        path: path.clone(),
        problem,
    };
    let lines = textfile::read(&path, LARGEST_PROMPTS, wrong, "is larger than 1 MiB")?;
    let prompts = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    Ok(Prompts::Given(prompts))
}

/// Takes events until the measurement closes its end, or a second interrupt asks to leave at once.
async fn follow(
    running: RunningScan,
    signals: &mut Signals,
    talk: &mut dyn Write,
) -> Result<(Answer, Option<i32>), Failure> {
    let RunningScan { mut events, gate } = running;
    let (mut answer, mut signal, mut teller) = (Answer::default(), None, Teller::default());
    loop {
        tokio::select! {
            biased;
            number = signals.next() => {
                if signal.is_some() && number == INTERRUPT {
                    return Ok((answer, signal));
                }
                if signal.is_none() {
                    signal = Some(number);
                    gate.stop();
                    writeln!(talk, "stopping; without its end a measurement has no result (again to leave at once)")?;
                }
            }
            event = events.recv() => match event {
                None => return Ok((answer, signal)),
                Some(ScanEvent::Progress(progress)) => teller.tell(&progress, Instant::now(), talk)?,
                Some(ScanEvent::Failed { message }) => return Err(Failure::Unmeasured { message }),
                Some(event) => answer.take(event),
            },
        }
    }
}

impl Answer {
    fn take(&mut self, event: ScanEvent) {
        match event {
            ScanEvent::Started(started) => self.started = Some(started),
            ScanEvent::Finding(finding) => self.finding = Some(finding),
            ScanEvent::Finished(finished) => self.finished = Some(finished),
            ScanEvent::Notice { text } => self.notices.push(text),
            _ => {}
        }
    }
}

/// The document: a finding as a scan's document has it, with what only a measurement by hand says beside it.
fn document(answer: &Answer, finding: &Finding) -> Value {
    let mut document = json::finding(finding, None);
    let started = answer.started.as_deref();
    let timing = answer.finished.as_deref().map(|finished| finished.timing);
    let more = json!({
        "schema": SCHEMA,
        "program": env!("CARGO_PKG_VERSION"),
        "model": started.map(|started| json::model(&started.model)),
        "sentence": single::sentence(finding),
        "variants": finding.evidence.variants,
        "notices": answer.notices,
        "seed": started.map(|started| started.seed),
        "timing": timing,
    });
    if let (Some(document), Value::Object(more)) = (document.as_object_mut(), more) {
        document.extend(more);
    }
    document
}

fn write_text(answer: &Answer, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", text::line(&single::sentence(finding)))?;
    writeln!(
        out,
        "level {}, confidence {:.2}",
        level_name(finding.level),
        finding.confidence
    )?;
    plain::write_figures(finding, out)?;
    for variant in &finding.evidence.variants {
        writeln!(
            out,
            "  ladder       {:<20} fires on {:>2} of {:<3} \"{}\"",
            text::line(&variant.change).to_string(),
            variant.rate.k,
            variant.rate.n,
            text::line(&variant.text)
        )?;
    }
    for notice in &answer.notices {
        writeln!(out, "Notice    {}", text::line(notice))?;
    }
    Ok(())
}
