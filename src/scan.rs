//! One run over one model: leak, mine, probe, refine, score. Blocking code; reports by [`event::ScanEvent`], never touches the terminal or a file.
//!
//! Invariant: for a given model, plan and thread count the same events come in the same order (progress and times aside).

pub mod event;
pub mod forecast;
pub mod gate;
pub mod journal;
pub mod mine;
pub mod plan;
pub mod single;
pub mod trace;

mod arm;
mod behind;
mod choose;
mod contexts;
mod extract;
mod leak;
mod leaks;
mod turns;

mod motif;

mod controls;
mod family;
mod follows;
mod lab;
mod passage;
mod peers;
mod piece;
mod place;
mod probe;
mod tie;
mod told;
mod turned;
mod whole;
mod words;

mod echo;
mod evidence;
mod gauge;
mod grow;
pub mod heads;
mod isolation;
mod measure;
mod refine;

mod conclude;
mod confirm;
pub mod score;
pub mod stats;

mod pace;
mod reporter;

use std::ops::ControlFlow;

use crate::model::{Frame, Model, ModelError};
use contexts::Asked;
use event::{Arm, Coverage, Finished, Motif, ScanEvent, Started, Timing, Unit};
use gate::Gate;
use journal::Journal;
use plan::{Effort, Part, Plan};
use reporter::{Halt, Reporter};

/// Version of the steps a scan takes: to be raised whenever the same plan would compute something else, so that a scan begun
/// by an older program is not continued by a newer one.
pub const VERSION: u32 = 25;

/// Runs a scan to its end, or until `gate` stops it or `emit` breaks. Every event, the last one included
/// ([`ScanEvent::Finished`] or [`ScanEvent::Failed`]), goes through `emit`.
pub fn run(model: &Model, plan: &Plan, gate: &Gate, emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>) {
    resume(model, plan, Vec::new(), gate, emit);
}

/// As [`run`], with a part left out: to measure what it brings.
pub fn run_without(
    model: &Model,
    plan: &Plan,
    part: Option<Part>,
    gate: &Gate,
    emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>,
) {
    let mut effort = Effort {
        without: part,
        ..plan.budget.effort()
    };
    if part == Some(Part::Race) {
        (effort.survivors, effort.closer) = (usize::MAX, usize::MAX);
    }
    run_at(model, plan, &effort, gate, emit);
}

/// As [`run`], with another effort than the budget's: to measure what takes too long in full.
pub fn run_at(
    model: &Model,
    plan: &Plan,
    effort: &Effort,
    gate: &Gate,
    emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>,
) {
    let reporter = Reporter::new(gate, Journal::default(), emit);
    let mut account = Account::default();
    let done = scan(model, plan, effort, &reporter, &mut account);
    account.end(&reporter, done);
}

/// As [`run`], with what an earlier run of the same scan computed ([`ScanEvent::Computed`], in order) taken from `known`. It
/// sends the same events from the first on, those of the units in `known` aside.
pub fn resume(
    model: &Model,
    plan: &Plan,
    known: Vec<Unit>,
    gate: &Gate,
    emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>,
) {
    let reporter = Reporter::new(gate, Journal::new(known), emit);
    let mut account = Account::default();
    let done = scan(model, plan, &plan.budget.effort(), &reporter, &mut account);
    account.end(&reporter, done);
}

const DIFFERS: &str = "what is to be computed is not what this scan recorded earlier: the model, the program or the settings changed";

/// How a scan of this plan begins: what it will record first. Scans that begin alike go on alike.
pub fn opening(model: &Model, plan: &Plan) -> Result<Started, ModelError> {
    let (arms, _) = contexts::arms(model, plan)?;
    let asked = asked(model, plan, &plan.budget.effort(), &arms);
    Ok(started(model, plan, &plan.budget.effort(), &asked))
}

/// Everything the model is asked in, arm by arm: the arm's own context first, beside the first arm others.
fn asked(model: &Model, plan: &Plan, effort: &Effort, arms: &[(Arm, Frame)]) -> Vec<Vec<Asked>> {
    let of = |(number, (arm, frame)): (usize, &(Arm, Frame))| {
        let mut contexts = vec![Asked::own(arm, frame)];
        if number == 0 && effort.without != Some(Part::Extraction) {
            contexts.extend(contexts::beside(model, plan, arm, frame));
        }
        contexts
    };
    arms.iter().enumerate().map(of).collect()
}

fn started(model: &Model, plan: &Plan, effort: &Effort, asked: &[Vec<Asked>]) -> Started {
    let planned: usize = asked.iter().map(|contexts| effort.leaks_of(contexts.len())).sum();
    Started {
        model: model.facts().clone(),
        budget: plan.budget.name().to_owned(),
        seed: plan.seed,
        threads: rayon::current_num_threads(),
        leaks_planned: planned as u32,
        leak_tokens: effort.leak_tokens as u32,
        arms: asked.iter().flatten().map(|asked| asked.arm.clone()).collect(),
        version: VERSION,
        own: plan.arms.clone(),
    }
}

/// What the scan did so far, for coverage and timing.
#[derive(Default)]
struct Account {
    coverage: Coverage,
    motifs: Vec<Motif>,
    leak_s: f64,
    tokens: u64,
}

impl Account {
    /// Sends the last event.
    fn end(self, reporter: &Reporter<'_>, done: Result<(), Halt>) {
        let complete = match done {
            Ok(()) => true,
            Err(Halt::Stopped) => false,
            Err(halt) => {
                let message = match halt {
                    Halt::Broken(error) => error.to_string(),
                    _ => DIFFERS.to_owned(),
                };
                // Nobody may listen any more; there is nobody else to tell.
                let _ = reporter.send(ScanEvent::Failed { message });
                return;
            }
        };
        let finished = self.close(reporter, complete);
        let _ = reporter.send(ScanEvent::Finished(Box::new(finished)));
    }

    fn close(mut self, reporter: &Reporter<'_>, complete: bool) -> Finished {
        let funnel = reporter.funnel();
        let total_s = reporter.elapsed_s();
        let coverage = &mut self.coverage;
        (coverage.leaks, coverage.candidates, coverage.probed) =
            (funnel.leaks, funnel.candidates, funnel.probed);
        Finished {
            complete,
            coverage: self.coverage,
            timing: Timing {
                leak_s: self.leak_s,
                probe_s: (total_s - self.leak_s).max(0.0),
                total_s,
                generated_tokens: self.tokens,
                tokens_per_s: if self.leak_s > 0.0 {
                    self.tokens as f64 / self.leak_s
                } else {
                    0.0
                },
            },
            funnel,
            motifs: self.motifs,
        }
    }
}

fn scan(
    model: &Model,
    plan: &Plan,
    effort: &Effort,
    reporter: &Reporter<'_>,
    account: &mut Account,
) -> Result<(), Halt> {
    let (arms, skipped) = contexts::arms(model, plan)?;
    let asked = asked(model, plan, effort, &arms);
    account.coverage.skipped = skipped;
    let started = started(model, plan, effort, &asked);
    reporter.send(ScanEvent::Started(Box::new(started)))?;
    for text in &account.coverage.skipped {
        reporter.send(ScanEvent::Notice { text: text.clone() })?;
    }

    let mut grounds = Vec::new();
    let mut trials = Vec::new();
    let (mut next_leak, mut next_candidate) = (0, 0);
    let count = arms.len();
    for (number, ((_, frame), contexts)) in arms.into_iter().zip(&asked).enumerate() {
        reporter.arm(number, count);
        let names = contexts.iter().map(|asked| asked.arm.name.clone());
        account.coverage.arms.extend(names);
        let ground = arm::leak_arm(
            model,
            reporter,
            account,
            (plan, effort),
            (number, frame, contexts),
            (next_leak, next_candidate),
        )?;
        let grouped = ground.leaks.candidates.iter();
        let grouped: Vec<motif::Item<'_>> = grouped
            .map(|(id, span)| (*id, model.decode(&span.tokens), span.leaks.as_slice()))
            .collect();
        account.motifs.extend(motif::motifs(&grouped));
        next_leak += ground.leaks.sent();
        next_candidate += ground.leaks.candidates.len() as u32;
        trials.extend(arm::try_arm(
            model,
            reporter,
            effort,
            plan::mix(plan.seed, 1000 + number as u64),
            number,
            &ground,
        )?);
        grounds.push(ground);
    }
    conclude::conclude(model, reporter, effort, &grounds, trials)
}
