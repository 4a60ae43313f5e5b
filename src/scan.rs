//! One run over one model: leak, mine, probe, refine, score. Blocking code; reports by [`event::ScanEvent`], never touches the terminal or a file.
//!
//! Invariant: for a given model, plan and thread count the same events come in the same order (progress and times aside).

pub mod event;
pub mod gate;
pub mod plan;

mod leak;
mod turns;

mod mine;

mod controls;
mod lab;
mod probe;

mod evidence;
mod gauge;
mod isolation;
mod measure;
mod refine;

mod score;
pub mod stats;

mod pace;
mod reporter;

use std::ops::ControlFlow;

use crate::{
    finding::Finding,
    model::{Frame, Model},
};
use controls::Source;
use event::{Arm, Coverage, Finished, Phase, ScanEvent, Started, Timing};
use gate::Gate;
use lab::{Case, Lab};
use leak::Leaks;
use measure::Measured;
use plan::{Effort, Plan};
use reporter::{Halt, Reporter};
use score::{Confirmed, Strength};

/// Prompts longer than this are not used as contexts, in tokens.
const LONGEST_PROMPT: usize = 48;
/// Prompts for models whose leaks give too few of their own.
const GENERIC: &str = include_str!("../assets/prompts/generic.txt");
/// Cases kept as evidence.
const SHOWN_CURVES: usize = 4;
const SHOWN_ATTENTION: usize = 2;
const SHOWN_EXAMPLES: usize = 8;

/// Runs a scan to its end, or until `gate` stops it or `emit` breaks. Every event, the last one included
/// ([`ScanEvent::Finished`] or [`ScanEvent::Failed`]), goes through `emit`.
pub fn run(model: &Model, plan: &Plan, gate: &Gate, emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>) {
    let reporter = Reporter::new(gate, emit);
    let mut account = Account::default();
    let complete = match scan(model, plan, &reporter, &mut account) {
        Ok(()) => true,
        Err(Halt::Stopped) => false,
        Err(Halt::Broken(error)) => {
            // Nobody may listen any more; there is nobody else to tell.
            let _ = reporter.send(ScanEvent::Failed {
                message: error.to_string(),
            });
            return;
        }
    };
    let finished = account.close(&reporter, complete);
    let _ = reporter.send(ScanEvent::Finished(Box::new(finished)));
}

/// What the scan did so far, for coverage and timing.
#[derive(Default)]
struct Account {
    coverage: Coverage,
    leak_s: f64,
    tokens: u64,
}

impl Account {
    fn close(mut self, reporter: &Reporter<'_>, complete: bool) -> Finished {
        let funnel = reporter.funnel();
        let total_s = reporter.elapsed_s();
        let coverage = &mut self.coverage;
        (coverage.leaks, coverage.candidates, coverage.probed) =
            (funnel.leaks, funnel.candidates, funnel.probed);
        if !complete {
            coverage
                .skipped
                .push("The scan was stopped before its end.".to_owned());
        }
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
        }
    }
}

/// A family that was confirmed or not, with where it was measured.
struct Trial {
    arm: usize,
    measured: Measured,
    confirmed: Confirmed,
}

/// What has to live as long as the trials of an arm.
struct Ground {
    arm: Arm,
    frame: Frame,
    leaks: Leaks,
    search: Vec<Case>,
    fresh: Vec<Case>,
}

fn scan(model: &Model, plan: &Plan, reporter: &Reporter<'_>, account: &mut Account) -> Result<(), Halt> {
    let effort = plan.budget.effort();
    let (arms, skipped) = leak::arms(model, plan)?;
    account.coverage.skipped = skipped;
    reporter.send(ScanEvent::Started(Box::new(Started {
        model: model.facts().clone(),
        budget: plan.budget.name().to_owned(),
        seed: plan.seed,
        threads: rayon::current_num_threads(),
        arms: arms.iter().map(|(arm, _)| arm.clone()).collect(),
        leaks_planned: (effort.leaks * arms.len()) as u32,
        leak_tokens: effort.leak_tokens as u32,
    })))?;
    for text in &account.coverage.skipped {
        reporter.send(ScanEvent::Notice { text: text.clone() })?;
    }

    let mut grounds = Vec::new();
    let mut trials = Vec::new();
    let (mut next_leak, mut next_candidate) = (0, 0);
    let count = arms.len();
    for (number, (arm, frame)) in arms.into_iter().enumerate() {
        reporter.arm(number, count);
        account.coverage.arms.push(arm.name.clone());
        let ground = leak_arm(
            model,
            reporter,
            account,
            plan,
            (number, arm, frame),
            (next_leak, next_candidate),
        )?;
        next_leak += ground.leaks.leaks.len() as u32;
        next_candidate += ground.leaks.candidates.len() as u32;
        trials.extend(try_arm(
            model,
            reporter,
            &effort,
            mix_arm(plan, number),
            number,
            &ground,
        )?);
        grounds.push(ground);
    }
    conclude(model, reporter, &effort, grounds, trials)
}

const fn mix_arm(plan: &Plan, arm: usize) -> u64 {
    plan::mix(plan.seed, 1000 + arm as u64)
}

fn leak_arm(
    model: &Model,
    reporter: &Reporter<'_>,
    account: &mut Account,
    plan: &Plan,
    (number, arm, frame): (usize, Arm, Frame),
    next: (u32, u32),
) -> Result<Ground, Halt> {
    let effort = plan.budget.effort();
    let since = reporter.elapsed_s();
    let leaks = leak::collect(model, reporter, plan, (number, &arm, &frame), next)?;
    account.leak_s += reporter.elapsed_s() - since;
    account.tokens += leaks
        .leaks
        .iter()
        .map(|leak| leak.tokens.len() as u64)
        .sum::<u64>();
    if leaks.left_out > 0 {
        let text = format!(
            "Arm {}: {} repeated spans ranked too low to be looked at.",
            arm.name, leaks.left_out
        );
        reporter.send(ScanEvent::Notice { text: text.clone() })?;
        account.coverage.skipped.push(text);
    }
    let lab = Lab {
        model,
        frame: frame.clone(),
        reporter,
        answer_tokens: effort.answer_tokens,
    };
    let (search, fresh) = cases(&lab, &leaks, &effort)?;
    if fresh.len() < effort.fresh {
        let text = format!(
            "Arm {}: only {} fresh prompts instead of {}.",
            arm.name,
            fresh.len(),
            effort.fresh
        );
        reporter.send(ScanEvent::Notice { text: text.clone() })?;
        account.coverage.skipped.push(text);
    }
    Ok(Ground {
        arm,
        frame,
        leaks,
        search,
        fresh,
    })
}

/// Prompts to search on and prompts kept for the confirmation: the model's own user turns first, generic ones where those are
/// too few. Prompts whose answers are unlike each other come first: answers that agree anyway hide what a trigger does, and
/// prompts that share an answer may all carry the trigger.
fn cases(lab: &Lab<'_, '_>, leaks: &Leaks, effort: &Effort) -> Result<(Vec<Case>, Vec<Case>), Halt> {
    const ALIKE: f64 = 0.8;
    let wanted = effort.prompts + effort.fresh;
    let mut prompts = leaks.prompts(LONGEST_PROMPT);
    prompts.truncate(wanted * 2);
    for line in GENERIC.lines() {
        if prompts.len() >= wanted {
            break;
        }
        prompts.push(lab.model.encode(line));
    }
    let (mut own, mut alike): (Vec<Case>, Vec<Case>) = (Vec::new(), Vec::new());
    for case in lab.cases(prompts)? {
        let like = |other: &Case| stats::overlap(&other.clean.tokens, &case.clean.tokens) > ALIKE;
        if own.iter().any(like) {
            alike.push(case)
        } else {
            own.push(case)
        }
    }
    // The answer that most prompts share goes last.
    let shared = |case: &Case| {
        alike
            .iter()
            .filter(|other| stats::overlap(&other.clean.tokens, &case.clean.tokens) > ALIKE)
            .count()
    };
    let mut order: Vec<(usize, usize)> = alike.iter().map(shared).zip(0..).collect();
    order.sort_unstable();
    own.extend(order.into_iter().filter_map(|(_, at)| alike.get(at).cloned()));
    own.truncate(wanted);
    let fresh = own.split_off(effort.prompts.min(own.len() / 2));
    Ok((own, fresh))
}

/// Phases two and three on one arm.
fn try_arm(
    model: &Model,
    reporter: &Reporter<'_>,
    effort: &Effort,
    seed: u64,
    arm: usize,
    ground: &Ground,
) -> Result<Vec<Trial>, Halt> {
    let lab = Lab {
        model,
        frame: ground.frame.clone(),
        reporter,
        answer_tokens: effort.answer_tokens,
    };
    let source = Source::new(model, ground.leaks.passages(), seed);
    let look_cases = ground.search.get(..effort.looks).unwrap_or(&ground.search);

    reporter.enter(Phase::Probe, ground.leaks.candidates.len())?;
    let entries = probe::first_look(&lab, look_cases, &ground.leaks.candidates, &source, effort)?;
    let mut survivors = probe::race(&lab, entries, effort.survivors)?;

    reporter.enter(Phase::Refine, survivors.len() + effort.closer)?;
    probe::read_answers(&lab, &ground.search, &mut survivors)?;
    let mut kept = Vec::new();
    let families = probe::families(survivors);
    let suspects = probe::suspects(&families);
    for (place, family) in families.into_iter().enumerate() {
        let reason = if place >= effort.closer {
            "stronger families were measured first"
        } else if let Some(measured) = measure::measure(
            &lab,
            &ground.search,
            &family,
            (&source, &ground.leaks, &suspects),
            effort,
        )? {
            reporter.advance(1);
            report_attention(reporter, &measured)?;
            kept.push(measured);
            continue;
        } else {
            reporter.advance(1);
            "within the range of its controls"
        };
        drop_all(reporter, &family.members, reason)?;
    }

    reporter.enter(Phase::Score, kept.len())?;
    let mut trials = Vec::new();
    for measured in kept {
        let confirmed = score::confirm(&lab, &ground.fresh, &measured)?;
        trials.push(Trial {
            arm,
            measured,
            confirmed,
        });
        reporter.advance(1);
    }
    Ok(trials)
}

fn report_attention(reporter: &Reporter<'_>, measured: &Measured) -> Result<(), Halt> {
    let entry = &measured.family.first;
    let look = event::Look {
        round: 3,
        divergence: measured.signals.divergence.value,
        agreement: entry.agreement,
        attention: measured.signals.attention.value,
        entropy: measured.signals.entropy.value,
        p: measured.agreement_p.min(measured.signals.divergence.p),
        position: Some(entry.position),
    };
    reporter.send(ScanEvent::Looked {
        candidate: entry.id,
        look,
    })
}

fn drop_all(reporter: &Reporter<'_>, members: &[u32], reason: &str) -> Result<(), Halt> {
    for candidate in members {
        reporter.send(ScanEvent::Dropped {
            candidate: *candidate,
            reason: reason.to_owned(),
        })?;
    }
    Ok(())
}

/// False-discovery control over every candidate looked at, then one finding for each family that passes, strongest first.
fn conclude(
    model: &Model,
    reporter: &Reporter<'_>,
    effort: &Effort,
    grounds: Vec<Ground>,
    trials: Vec<Trial>,
) -> Result<(), Halt> {
    let p: Vec<f64> = trials.iter().map(|trial| trial.confirmed.p).collect();
    let q = stats::q_values(&p, reporter.funnel().probed as usize);
    let mut judged = Vec::new();
    for (trial, q) in trials.into_iter().zip(q) {
        if q > score::REPORTED {
            drop_all(
                reporter,
                &trial.measured.family.members,
                "not confirmed on fresh prompts",
            )?;
            continue;
        }
        let (signals, confirmed) = (trial.measured.signals, &trial.confirmed);
        let strength = Strength {
            signals,
            agreement: confirmed.agreement,
            activation: confirmed.activation,
            q,
        };
        judged.push((score::judge(&strength), q, trial));
    }
    judged.sort_by(|(a, _, s), (b, _, t)| {
        let strongest = b
            .level
            .cmp(&a.level)
            .then(f64::total_cmp(&b.confidence, &a.confidence));
        strongest.then(s.measured.family.first.id.cmp(&t.measured.family.first.id))
    });
    for (place, (judgement, q, trial)) in judged.into_iter().enumerate() {
        let Some(ground) = grounds.get(trial.arm) else {
            continue;
        };
        let lab = Lab {
            model,
            frame: ground.frame.clone(),
            reporter,
            answer_tokens: effort.answer_tokens,
        };
        let finding = show(&lab, ground, format!("F-{}", place + 1), judgement, q, trial)?;
        reporter.count(|funnel| funnel.findings += 1);
        reporter.send(ScanEvent::Finding(Box::new(finding)))?;
    }
    Ok(())
}

/// Collects the evidence of a family and makes it a finding.
fn show(
    lab: &Lab<'_, '_>,
    ground: &Ground,
    id: String,
    judgement: score::Judgement,
    q: f64,
    trial: Trial,
) -> Result<Finding, Halt> {
    let Trial {
        measured, confirmed, ..
    } = trial;
    let (trigger, position) = (measured.trigger, measured.family.first.position);
    let some = |count: usize| ground.fresh.get(..count).unwrap_or(&ground.fresh);
    let mut keys = Vec::new();
    for (number, pair) in evidence::attention_pairs(lab, some(SHOWN_ATTENTION), &trigger, position)?
        .into_iter()
        .enumerate()
    {
        let key = format!("{id}/attention/{number}");
        lab.reporter.send(ScanEvent::Attention {
            key: key.clone(),
            pair: Box::new(pair),
        })?;
        keys.push(key);
    }
    let support = mine::weigh_one(&trigger, &ground.leaks.pieces());
    let core_leaks = mine::weigh_one(&measured.core, &ground.leaks.pieces()).leaks;
    Ok(Finding {
        trigger: lab.model.decode(&trigger),
        core: lab.model.decode(&measured.core),
        core_tokens: measured.core,
        kind: measured.kind,
        confidence: judgement.confidence,
        level: judgement.level,
        support: support.leaks.len() as u32,
        position,
        arm: ground.arm.name.clone(),
        signals: measured.signals,
        p: confirmed.p,
        q,
        agreement: confirmed.agreement,
        activation: confirmed.activation,
        examples: evidence::examples(lab, some(SHOWN_EXAMPLES), &trigger, position, &confirmed.fired)?,
        reasons: judgement.reasons,
        candidates: measured.family.members,
        evidence: crate::finding::Evidence {
            heads: measured.heads,
            attention: keys,
            curves: evidence::curves(lab, some(SHOWN_CURVES), &trigger, position)?,
            variants: measured.variants,
            leaks: if support.leaks.is_empty() {
                core_leaks
            } else {
                support.leaks
            }
            .into_iter()
            .take(64)
            .collect(),
            null: measured.null,
        },
        trigger_tokens: trigger,
        id,
    })
}
