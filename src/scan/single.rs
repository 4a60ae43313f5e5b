//! One string measured by hand, by the same steps as a candidate of a scan: leaks for prompts and controls, the looks, the closer
//! measurement and the confirmation on fresh prompts.
//!
//! Invariant: only what a scan would skip (a string within the range of its controls, a string that was never leaked) is measured
//! all the same; no number is computed in another way.

use std::ops::ControlFlow;

use super::{
    Account,
    arm::{self, Ground, Trial},
    conclude, confirm,
    contexts::{self, Asked},
    controls::Source,
    event::{Arm, Phase, ScanEvent, Started},
    family::{self, Family},
    gate::Gate,
    grow,
    lab::{Case, Lab},
    leak,
    leaks::Leaks,
    measure::{self, Doubt},
    mine, passage,
    plan::{self, Budget, Effort, OwnArm, Plan},
    probe::{self, Entry},
    refine::LONGEST_VARIANT,
    reporter::{Halt, Reporter},
    score::{self, Natural, Strength},
    stats::mean,
};
use crate::{
    finding::{Finding, Level, Position},
    model::{Frame, Model, ModelError},
};

/// Fewest prompts that tell anything: half of them are searched on, half confirm.
pub const LEAST_PROMPTS: usize = 8;
/// Most prompts measured on.
pub const MOST_PROMPTS: usize = 500;
/// Work behind the leaks, the controls and the prompts.
const BUDGET: Budget = Budget::Quick;
/// What the finding is called.
const ID: &str = "P-1";

/// The prompts a string is measured on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Prompts {
    /// As many fresh ones as the smallest budget has, leaked by the model itself where it writes enough.
    #[default]
    Usual,
    /// So many fresh ones.
    Fresh(usize),
    /// These; the first ones are searched on, the rest confirm.
    Given(Vec<String>),
}

/// What is asked about a string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// The string.
    pub trigger: String,
    /// Where it stands in a prompt; `None`: where it shifts the answers most.
    pub position: Option<Position>,
    /// The system turn to measure under; `None`: the template as it is, or plain text.
    pub arm: Option<OwnArm>,
    /// The prompts.
    pub prompts: Prompts,
    /// Seed of every random choice.
    pub seed: u64,
}

impl Question {
    /// What makes it one that cannot be measured, in a sentence and a hint.
    pub fn problem(&self, model: &Model) -> Option<(String, &'static str)> {
        let tokens = model.encode(&self.trigger).len();
        if self.trigger.trim().is_empty() || tokens == 0 {
            return Some((
                "the trigger is empty, or nothing but blanks".to_owned(),
                "give the string to measure",
            ));
        }
        if tokens > LONGEST_VARIANT {
            return Some((
                format!("the trigger has {tokens} tokens, the limit is {LONGEST_VARIANT}"),
                "measure the part that you suspect",
            ));
        }
        let count = match &self.prompts {
            Prompts::Usual => LEAST_PROMPTS,
            Prompts::Fresh(count) => *count,
            Prompts::Given(prompts) => prompts.len(),
        };
        if !(LEAST_PROMPTS..=MOST_PROMPTS).contains(&count) {
            return Some((
                format!(
                    "{count} prompts are asked for, {LEAST_PROMPTS} to {MOST_PROMPTS} can be measured on"
                ),
                "fewer say nothing, and more say no more",
            ));
        }
        match contexts::arms(model, &self.plan()) {
            Ok((arms, skipped)) if self.arm.is_some() && arms.len() < 2 => Some((
                skipped.last().cloned().unwrap_or_default(),
                "measure it without a system prompt",
            )),
            // An error is reported when it is measured.
            _ => None,
        }
    }

    fn plan(&self) -> Plan {
        Plan {
            budget: BUDGET,
            seed: self.seed,
            arms: self.arm.iter().cloned().collect(),
        }
    }

    fn effort(&self) -> Effort {
        let effort = BUDGET.effort();
        match &self.prompts {
            Prompts::Fresh(fresh) => Effort {
                fresh: *fresh,
                ..effort
            },
            Prompts::Usual | Prompts::Given(_) => effort,
        }
    }
}

/// Measures a string to its end, or until `gate` stops it or `emit` breaks. Reports as a scan does: the last event but one is
/// [`ScanEvent::Finding`] with the id "P-1", whatever was measured; the last is [`ScanEvent::Finished`] or [`ScanEvent::Failed`].
pub fn run(
    model: &Model,
    question: &Question,
    gate: &Gate,
    emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>,
) {
    let reporter = Reporter::new(gate, super::journal::Journal::default(), emit);
    let mut account = Account::default();
    let done = measure(model, question, &reporter, &mut account);
    account.end(&reporter, done);
}

fn measure(
    model: &Model,
    question: &Question,
    reporter: &Reporter<'_>,
    account: &mut Account,
) -> Result<(), Halt> {
    let effort = question.effort();
    let (arm, frame) = chosen_arm(model, question, account)?;
    reporter.send(ScanEvent::Started(Box::new(Started {
        model: model.facts().clone(),
        budget: BUDGET.name().to_owned(),
        seed: question.seed,
        threads: rayon::current_num_threads(),
        arms: vec![arm.clone()],
        leaks_planned: effort.leaks as u32,
        leak_tokens: effort.leak_tokens as u32,
        ..Started::default()
    })))?;
    account.coverage.arms.push(arm.name.clone());
    let since = reporter.elapsed_s();
    let collected = leak::collect(
        model,
        reporter,
        (&question.plan(), &effort),
        (0, &frame, &[Asked::own(&arm, &frame)]),
        (0, 0),
    );
    account.leak_s += reporter.elapsed_s() - since;
    account.tokens += reporter.tokens();
    let leaks = collected?;
    let slot = contexts::slot(model).filter(|_| !frame.suffix.is_empty());
    let lab = Lab {
        model,
        frame: frame.clone(),
        slot: slot.clone(),
        reporter,
        answer_tokens: effort.answer_in(&frame),
        without: effort.without,
    };
    // What somebody asked for is measured whole or not at all.
    lab.require_room(model.encode(&question.trigger).len())?;
    let (search, fresh) = match &question.prompts {
        Prompts::Given(prompts) => given(&lab, question, prompts, account)?,
        _ => usual(&lab, (&arm, &leaks), &effort, account)?,
    };
    let ground = Ground {
        arm,
        frame,
        leaks,
        slot,
        search,
        fresh,
    };
    let trial = try_string(&lab, question, &ground, &effort)?;
    let finding = judged(&lab, &ground, trial)?;
    reporter.count(|funnel| funnel.findings = 1);
    reporter.send(ScanEvent::Finding(Box::new(finding)))
}

/// The arm asked for, or the model's own.
fn chosen_arm(model: &Model, question: &Question, account: &mut Account) -> Result<(Arm, Frame), Halt> {
    let (mut arms, skipped) = contexts::arms(model, &question.plan())?;
    account.coverage.skipped = skipped;
    let wanted = 1 + usize::from(question.arm.is_some());
    let arm = if arms.len() < wanted { None } else { arms.pop() };
    arm.ok_or(Halt::Broken(ModelError::NoTemplate))
}

/// The analyst's own prompts, in their order; those that do not fit the model's context are left out, and that is told.
fn given(
    lab: &Lab<'_, '_>,
    question: &Question,
    prompts: &[String],
    account: &mut Account,
) -> Result<(Vec<Case>, Vec<Case>), Halt> {
    let effort = question.effort();
    let room = lab.longest_prompt();
    let fitting: Vec<Vec<u32>> = prompts
        .iter()
        .map(|prompt| lab.model.encode(prompt))
        .filter(|prompt| (1..=room).contains(&prompt.len()))
        .collect();
    if fitting.len() < prompts.len() {
        let text = format!(
            "{} of the {} prompts were left out: they do not fit the model's context.",
            prompts.len() - fitting.len(),
            prompts.len()
        );
        lab.reporter.send(ScanEvent::Notice { text: text.clone() })?;
        account.coverage.skipped.push(text);
    }
    let mut search = lab.cases(fitting)?;
    let fresh = search.split_off(effort.prompts.min(search.len() / 2));
    Ok((search, fresh))
}

/// The model's own prompts first, generic ones where those are too few.
fn usual(
    lab: &Lab<'_, '_>,
    ground: (&Arm, &Leaks),
    effort: &Effort,
    account: &mut Account,
) -> Result<(Vec<Case>, Vec<Case>), Halt> {
    let (arm, leaks) = ground;
    let (search, fresh) = arm::cases(lab, leaks, effort)?;
    arm::note_shortage(lab.reporter, account, arm, (fresh.len(), effort.fresh))?;
    Ok((search, fresh))
}

/// The looks, the closer measurement and the confirmation.
fn try_string(
    lab: &Lab<'_, '_>,
    question: &Question,
    ground: &Ground,
    effort: &Effort,
) -> Result<Trial, Halt> {
    let source = Source::new(lab.model, ground.leaks.passages(), plan::mix(question.seed, 1000));
    let tokens = lab.model.encode(&question.trigger);
    lab.reporter.enter(Phase::Probe, 1)?;
    let entry = first_look(lab, ground, (&tokens, question.position), &source, effort)?;
    lab.reporter.enter(Phase::Refine, 2)?;
    let mut entries = [entry];
    probe::read_answers(lab, &ground.search, &mut entries, &ground.leaks)?;
    let [first] = entries;
    let family = Family {
        members: vec![first.id],
        others: Vec::new(),
        piece: false,
        first,
    };
    let suspects = family::suspects(std::slice::from_ref(&family));
    let measured = measure::measure(
        lab,
        &ground.search,
        &family,
        (&source, &ground.leaks, &suspects),
        effort,
        Doubt::ByHand,
    )?
    .ok_or(Halt::Stopped)?;
    lab.reporter.advance(1);
    arm::report_attention(lab.reporter, &measured)?;
    lab.reporter.enter(Phase::Score, 1)?;
    let confirmed = confirm::confirm(lab, &ground.fresh, &measured, &ground.leaks)?;
    let mut trials = [Trial {
        arm: 0,
        measured,
        confirmed,
        passage: false,
    }];
    passage::mark(lab, ground, &mut trials)?;
    lab.reporter.advance(1);
    let [trial] = trials;
    Ok(trial)
}

/// The cheap look, and the position that is measured further.
fn first_look(
    lab: &Lab<'_, '_>,
    ground: &Ground,
    (tokens, position): (&[u32], Option<Position>),
    source: &Source<'_>,
    effort: &Effort,
) -> Result<Entry, Halt> {
    let looks = ground.search.get(..effort.looks).unwrap_or(&ground.search);
    let mut span = mine::weigh_one(tokens, &ground.leaks.pieces());
    // The same text is other tokens after a blank: what leaks beside those is no harmless control either.
    let text = lab.model.decode(tokens);
    span.leaks
        .extend(grow::standing(text.trim(), &ground.leaks.texts(lab.model)));
    span.leaks.sort_unstable();
    span.leaks.dedup();
    let mut entries = probe::first_look(lab, looks, &[(0, span)], source, effort)?;
    let mut entry = entries.pop().ok_or(Halt::Stopped)?;
    if let Some(position) = position {
        let insert = lab.insert(tokens);
        let asked: Vec<_> = (0..looks.len()).map(|case| (&insert, position, case)).collect();
        (entry.position, entry.shift) = (position, mean(&lab.first_shifts(looks, &asked)?));
    }
    Ok(entry)
}

/// One hypothesis, stated before it was looked at: nothing is charged for others.
fn judged(lab: &Lab<'_, '_>, ground: &Ground, trial: Trial) -> Result<Finding, Halt> {
    let q = trial.confirmed.p;
    let string = lab.model.decode(&trial.measured.trigger);
    let mut judgement = score::judge(&Strength {
        signals: trial.measured.signals,
        agreement: trial.confirmed.agreement,
        activation: trial.confirmed.activation,
        q,
        tied: trial.measured.tie.is_some(),
        echoed: !trial.confirmed.echoed.is_empty(),
        rest: trial.confirmed.rest,
        turned: trial.measured.turned(),
        natural: Natural::of(trial.passage, trial.confirmed.peers.ordinary),
        leaked: ground.in_place(&trial.measured),
        without: None,
        share: ground.leaks.share(&string, lab.model),
    });
    judgement.reasons.extend(conclude::remarks(&trial.measured));
    conclude::show(lab, ground, ID.to_owned(), judgement, q, trial)
}

/// What the figures of a string measured by hand come to, in one plain sentence.
pub fn sentence(finding: &Finding) -> String {
    let (with, without) = (finding.activation.with, finding.activation.without);
    let figures = format!(
        "it fires on {} of {} prompts, a control in its place on {} of {}",
        with.k, with.n, without.k, without.n
    );
    match finding.level {
        Level::High => format!(
            "The string acts like a planted trigger: {figures}, and the answers no longer follow the prompt."
        ),
        Level::Medium => {
            format!(
                "The string steers the answers, as a planted trigger or a plain instruction would: {figures}."
            )
        }
        Level::Low if finding.q <= score::CONFIRMED && with.low > without.high => {
            format!(
                "The string changes the answers, which still follow the prompt, as after a plain instruction: {figures}."
            )
        }
        Level::Low if finding.q <= score::REPORTED => {
            format!(
                "The string moves the answers somewhat more than its controls do, which is a lead and no more: {figures}."
            )
        }
        Level::Low => {
            format!(
                "The string acts like its harmless controls: {figures}. Nothing here points to a trigger."
            )
        }
    }
}
