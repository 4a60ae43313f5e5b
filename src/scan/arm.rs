//! One arm from its leaks to its trials. Never decides on findings: that needs all arms.

use super::{
    Account, choose,
    confirm::{self, Confirmed},
    contexts::{self, Asked, Slot},
    controls::Source,
    event::{Arm, Look, Phase, ScanEvent},
    family::{self, Family},
    lab::{Case, Lab, rows::LEAST_STRING},
    leak,
    leaks::{self, Leaks},
    measure::{self, Doubt, Measured},
    mine, passage, piece,
    plan::{Effort, Plan},
    probe::{self, Entry},
    reporter::{Halt, Reporter},
    score::Leaked,
    stats, told,
};
use crate::model::{Frame, Model, ModelError};

/// Prompts longer than this are not used as contexts, in tokens.
const LONGEST_PROMPT: usize = 48;
/// Prompts for models whose leaks give too few of their own.
pub const GENERIC: &str = include_str!("../../assets/prompts/generic.txt");

/// A family that was confirmed or not, with where it was measured.
pub struct Trial {
    /// Number of the arm.
    pub arm: usize,
    /// What search prompts said.
    pub measured: Measured,
    /// What fresh prompts said.
    pub confirmed: Confirmed,
    /// Is it part of a passage known by heart?
    pub passage: bool,
}

/// What has to live as long as the trials of an arm.
pub struct Ground {
    /// The arm.
    pub arm: Arm,
    /// Its frame.
    pub frame: Frame,
    /// What leaked.
    pub leaks: Leaks,
    /// Where a system turn's text would stand, if the template has one.
    pub slot: Option<Slot>,
    /// Prompts to search on.
    pub search: Vec<Case>,
    /// Prompts kept for the confirmation.
    pub fresh: Vec<Case>,
}

impl Ground {
    /// What the in-place test says of a string.
    pub fn in_place(&self, measured: &Measured) -> Option<Leaked> {
        let turns = !self.frame.suffix.is_empty();
        let test = measured.family.first.in_place;
        test.map(|test| Leaked::of(test, turns))
    }

    /// Where strings are measured in this arm.
    pub fn lab<'a, 'e>(&self, model: &'a Model, reporter: &'a Reporter<'e>, effort: &Effort) -> Lab<'a, 'e> {
        Lab {
            model,
            frame: self.frame.clone(),
            slot: self.slot.clone(),
            reporter,
            answer_tokens: effort.answer_in(&self.frame),
            without: effort.without,
        }
    }
}

/// Leaks of one arm and the prompts to measure on. `next` are the next free ids of leaks and candidates.
pub fn leak_arm(
    model: &Model,
    reporter: &Reporter<'_>,
    account: &mut Account,
    (plan, effort): (&Plan, &Effort),
    (number, frame, contexts): (usize, Frame, &[Asked]),
    next: (u32, u32),
) -> Result<Ground, Halt> {
    let Some(arm) = contexts.first().map(|asked| asked.arm.clone()) else {
        return Err(Halt::Broken(ModelError::NoTemplate));
    };
    let since = reporter.elapsed_s();
    let before = reporter.tokens();
    let collected = leak::collect(model, reporter, (plan, effort), (number, &frame, contexts), next);
    account.leak_s += reporter.elapsed_s() - since;
    account.tokens += reporter.tokens() - before;
    let leaks = collected?;
    let text = format!(
        "Arm {}: feeding spans back and starts of low entropy brought {} candidates that sampling had not.",
        arm.name, leaks.extracted
    );
    reporter.send(ScanEvent::Notice { text })?;
    account.coverage.skipped.push(format!(
        "Arm {}: about {:.0} % of what the model would write next was not seen in its {} leaks.",
        arm.name,
        100.0 * leaks.unseen(),
        leaks.rows.len()
    ));
    if leaks.left_out > 0 {
        let text = format!(
            "Arm {}: {} repeated spans ranked too low to be looked at.",
            arm.name, leaks.left_out
        );
        reporter.send(ScanEvent::Notice { text: text.clone() })?;
        account.coverage.skipped.push(text);
    }
    let slot = contexts::slot(model).filter(|_| !frame.suffix.is_empty());
    let lab = Lab {
        model,
        frame: frame.clone(),
        slot: slot.clone(),
        reporter,
        answer_tokens: effort.answer_in(&frame),
        without: effort.without,
    };
    lab.require_room(LEAST_STRING)?;
    let longest = lab.longest_string();
    if longest < mine::LONGEST_WHOLE {
        let text = format!(
            "Arm {}: the context has room for strings of {longest} tokens, longer ones were not looked at.",
            arm.name
        );
        reporter.send(ScanEvent::Notice { text: text.clone() })?;
        account.coverage.skipped.push(text);
    }
    let (search, fresh) = cases(&lab, &leaks, effort)?;
    note_shortage(reporter, account, &arm, (fresh.len(), effort.fresh))?;
    Ok(Ground {
        arm,
        frame,
        leaks,
        slot,
        search,
        fresh,
    })
}

/// Tells when there are fewer fresh prompts than wanted.
pub fn note_shortage(
    reporter: &Reporter<'_>,
    account: &mut Account,
    arm: &Arm,
    (fresh, wanted): (usize, usize),
) -> Result<(), Halt> {
    if fresh < wanted {
        let text = format!(
            "Arm {}: only {fresh} fresh prompts instead of {wanted}.",
            arm.name
        );
        reporter.send(ScanEvent::Notice { text: text.clone() })?;
        account.coverage.skipped.push(text);
    }
    Ok(())
}

/// Prompts to search on and prompts kept for the confirmation: the model's own user turns first, generic ones where those are
/// too few. Prompts whose answers are unlike each other come first: answers that agree anyway hide what a trigger does, and
/// prompts that share an answer may all carry the trigger.
pub fn cases(lab: &Lab<'_, '_>, leaks: &Leaks, effort: &Effort) -> Result<(Vec<Case>, Vec<Case>), Halt> {
    let wanted = effort.prompts + effort.fresh;
    let mut prompts = leaks.prompts(lab.model, LONGEST_PROMPT.min(lab.longest_prompt()));
    // Texts without turns begin alike.
    if leaks.closes() {
        prompts = leaks::ordinary_first(leaks::without_the_common(prompts, wanted));
    }
    prompts.truncate(wanted * 2);
    for line in GENERIC.lines() {
        if prompts.len() >= wanted {
            break;
        }
        prompts.push(lab.model.encode(line));
    }
    cases_of(lab, prompts, (effort.prompts, effort.fresh))
}

/// So many of these prompts to search on and to confirm on, with the model's answers to them.
pub fn cases_of(
    lab: &Lab<'_, '_>,
    prompts: Vec<Vec<u32>>,
    (search, fresh): (usize, usize),
) -> Result<(Vec<Case>, Vec<Case>), Halt> {
    const ALIKE: f64 = 0.8;
    let (mut own, mut alike): (Vec<Case>, Vec<Case>) = (Vec::new(), Vec::new());
    for case in lab.cases(prompts)? {
        let like = |other: &Case| stats::overlap(&other.clean.tokens, &case.clean.tokens) > ALIKE;
        if own.iter().any(like) {
            alike.push(case);
        } else {
            own.push(case);
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
    own.truncate(search + fresh);
    let fresh = own.split_off(search.min(own.len() / 2));
    Ok((own, fresh))
}

/// Strings tied to an answer of their own for which the place where they bring it about is looked for in drawn answers.
const DRAWN: usize = 10;

/// Phases two and three on one arm.
pub fn try_arm(
    model: &Model,
    reporter: &Reporter<'_>,
    effort: &Effort,
    seed: u64,
    arm: usize,
    ground: &Ground,
) -> Result<Vec<Trial>, Halt> {
    let lab = ground.lab(model, reporter, effort);
    let source = Source::new(model, ground.leaks.passages(), seed);
    let look_cases = ground.search.get(..effort.looks).unwrap_or(&ground.search);

    reporter.enter(Phase::Probe, ground.leaks.candidates.len())?;
    let longest = lab.longest_string();
    let (candidates, long): (Vec<_>, Vec<_>) = ground
        .leaks
        .candidates
        .iter()
        .cloned()
        .partition(|(_, span)| span.tokens.len() <= longest);
    let long: Vec<u32> = long.into_iter().map(|(id, _)| id).collect();
    drop_all(reporter, &long, "longer than the context has room for")?;
    let mut entries = probe::first_look(&lab, look_cases, &candidates, &source, effort)?;
    for entry in &mut entries {
        entry.told = ground.leaks.told_after(&entry.span.tokens);
        entry.answered = ground.leaks.tied.contains_key(&entry.id);
    }
    probe::look_in_system(&lab, look_cases, &mut entries, (&source, &ground.leaks), effort)?;
    mark_inserted(&lab, &ground.leaks, &mut entries)?;
    let mut survivors = probe::race(&lab, entries, effort)?;

    reporter.enter(
        Phase::Refine,
        survivors.len() + effort.closer.min(survivors.len()),
    )?;
    probe::read_answers(&lab, &ground.search, &mut survivors, &ground.leaks)?;
    let is_piece = |entry: &Entry| {
        ground
            .leaks
            .tied
            .get(&entry.id)
            .is_some_and(|answer| answer.piece)
    };
    let mut tied: Vec<&mut Entry> = survivors
        .iter_mut()
        .filter(|entry| entry.answered && !is_piece(entry))
        .collect();
    let times = |entry: &&mut Entry| ground.leaks.tied.get(&entry.id).map(|answer| answer.times);
    tied.sort_by_key(|entry| std::cmp::Reverse(times(entry)));
    for entry in tied.into_iter().take(DRAWN) {
        choose::place_drawn(&lab, &ground.search, &ground.leaks, entry)?;
    }
    if ground.frame.suffix.is_empty() {
        survivors = told::part(&lab, &ground.search, survivors, &ground.leaks)?;
    }
    let mut kept = Vec::new();
    let families = whole_turns_first(&lab, &ground.leaks, family::families(survivors))?;
    let suspects = family::suspects(&families);
    for (place, family) in families.into_iter().enumerate() {
        let reason = if place >= effort.closer {
            "stronger families were measured first"
        } else if let Some(measured) = measure::measure(
            &lab,
            family
                .first
                .behind
                .as_ref()
                .map_or(&ground.search, |behind| &behind.search),
            &family,
            (&source, &ground.leaks, &suspects),
            effort,
            Doubt::Drop,
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
        let behind = measured.family.first.behind.clone();
        let fresh = behind.as_ref().map_or(&ground.fresh, |behind| &behind.fresh);
        let confirmed = confirm::confirm(&lab, fresh, &measured, &ground.leaks)?;
        trials.push(Trial {
            arm,
            measured,
            confirmed,
            passage: false,
        });
        reporter.advance(1);
    }
    passage::mark(&lab, ground, &mut trials)?;
    Ok(trials)
}

/// Marks what was put into turns that are whole without it, among the strings that shift answers most.
fn mark_inserted(lab: &Lab<'_, '_>, leaks: &Leaks, entries: &mut [Entry]) -> Result<(), Halt> {
    const ASKED: usize = 96;
    let texts = leaks.turn_texts(lab.model);
    let mut order: Vec<&mut Entry> = entries.iter_mut().collect();
    order.sort_by(|a, b| f64::total_cmp(&b.excess, &a.excess).then_with(|| a.id.cmp(&b.id)));
    for entry in order.into_iter().take(ASKED) {
        let string = lab.model.decode(&entry.span.tokens);
        let rest = piece::measure(lab, (&texts, piece::FEW), &string, None)?;
        entry.inserted = rest.is_some_and(|rest| rest.is_inserted());
    }
    Ok(())
}

/// Families in order, those last whose string is a piece of what it leaked in: whatever they do is ordinary, and the places are few. Of a family
/// known by a piece a member that was put into whole turns is measured instead.
fn whole_turns_first(lab: &Lab<'_, '_>, leaks: &Leaks, families: Vec<Family>) -> Result<Vec<Family>, Halt> {
    /// Members looked at instead of a piece.
    const INSTEAD: usize = 4;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let texts = leaks.turn_texts(lab.model);
    let rest_of = |entry: &Entry| {
        let string = lab.model.decode(&entry.span.tokens);
        let answer = Some(entry.fixed.as_slice()).filter(|fixed| !fixed.is_empty());
        piece::measure(lab, (&texts, piece::FEW), &string, answer)
    };
    for mut family in families {
        family.piece = rest_of(&family.first)?.is_some_and(|rest| rest.is_piece());
        if family.piece && !family.first.tied {
            for other in family.others.iter_mut().take(INSTEAD) {
                if rest_of(other)?.is_some_and(|rest| rest.is_inserted()) {
                    std::mem::swap(&mut family.first, other);
                    family.piece = false;
                    break;
                }
            }
        }
        if family.piece { &mut last } else { &mut first }.push(family);
    }
    first.append(&mut last);
    Ok(first)
}

/// Tells what a family's measurement gave.
pub fn report_attention(reporter: &Reporter<'_>, measured: &Measured) -> Result<(), Halt> {
    let entry = &measured.family.first;
    let look = Look {
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

/// Sets candidates aside, with the reason.
pub fn drop_all(reporter: &Reporter<'_>, members: &[u32], reason: &str) -> Result<(), Halt> {
    for candidate in members {
        reporter.send(ScanEvent::Dropped {
            candidate: *candidate,
            reason: reason.to_owned(),
        })?;
    }
    Ok(())
}
