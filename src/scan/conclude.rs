//! The end of a scan: false-discovery control over all arms, then one finding with its evidence for each family that passes.

use super::{
    arm::{Ground, Trial, drop_all},
    confirm::Confirmed,
    event::ScanEvent,
    evidence,
    gauge::{self, Reading},
    grow,
    lab::Lab,
    measure::Measured,
    plan::Effort,
    reporter::{Halt, Reporter},
    score::{self, Judgement, Natural, Strength},
    stats,
};
use crate::{
    finding::{Evidence, Finding, Kind, Variant},
    model::Model,
};

/// Cases kept as evidence.
const SHOWN_CURVES: usize = 4;
const SHOWN_ATTENTION: usize = 2;
const SHOWN_EXAMPLES: usize = 64;

/// False-discovery control over every candidate looked at, then one finding for each family that passes, strongest first.
pub fn conclude(
    model: &Model,
    reporter: &Reporter<'_>,
    effort: &Effort,
    grounds: &[Ground],
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
            tied: trial.measured.tie.is_some(),
            echoed: !confirmed.echoed.is_empty(),
            rest: confirmed.rest,
            turned: trial.measured.turned(),
            natural: Natural::of(trial.passage, confirmed.peers.ordinary),
            leaked: grounds
                .get(trial.arm)
                .and_then(|ground| ground.in_place(&trial.measured)),
            without: effort.without,
            share: grounds.get(trial.arm).map_or(0.0, |ground| {
                ground.leaks.share(&model.decode(&trial.measured.trigger), model)
            }),
        };
        let mut judgement = score::judge(&strength);
        judgement.reasons.extend(remarks(&trial.measured));
        judged.push((judgement, q, trial));
    }
    judged.sort_by(|(a, _, s), (b, _, t)| {
        let strongest = b
            .level
            .cmp(&a.level)
            .then(f64::total_cmp(&b.confidence, &a.confidence));
        strongest.then(s.measured.family.first.id.cmp(&t.measured.family.first.id))
    });
    for (place, (judgement, q, trial)) in one_each(model, judged).into_iter().enumerate() {
        let Some(ground) = grounds.get(trial.arm) else {
            continue;
        };
        let lab = ground.lab(model, reporter, effort);
        let finding = show(&lab, ground, format!("F-{}", place + 1), judgement, q, trial)?;
        reporter.count(|funnel| funnel.findings += 1);
        reporter.send(ScanEvent::Finding(Box::new(finding)))?;
    }
    Ok(())
}

type Judged = (Judgement, f64, Trial);

/// One finding per backdoor: a family whose answers, where it fires, are those of a stronger one is another string for the same
/// backdoor, and joins it as a variant; so is one that changes the same prompts' answers in the same way, and so is the same
/// string that two families came down to.
fn one_each(model: &Model, judged: Vec<Judged>) -> Vec<Judged> {
    const SAME_ANSWER: f64 = 0.6;
    const SAME_ANSWERS: f64 = 0.8;
    let fixed = |trial: &Trial| score::fixed(&trial.confirmed.agreement);
    let spelled = |trial: &Trial| model.decode(&trial.measured.trigger).trim().to_lowercase();
    let mut kept: Vec<Judged> = Vec::new();
    for (judgement, q, trial) in judged {
        let own = spelled(&trial);
        let stronger = kept.iter_mut().find(|(_, _, other)| {
            let alike = stats::overlap(&other.confirmed.answer, &trial.confirmed.answer) > SAME_ANSWER;
            let fixed = (fixed(other), fixed(&trial));
            let acts_alike = || acts_as(&other.confirmed, &trial.confirmed) > SAME_ANSWERS;
            let same = match fixed {
                (true, true) => alike || acts_alike(),
                (false, false) => acts_alike(),
                _ => false,
            };
            (same || spelled(other) == own) && other.arm == trial.arm
        });
        let Some((reasons, _, first)) = stronger.map(|(j, q, t)| (&mut j.reasons, q, t)) else {
            kept.push((judgement, q, trial));
            continue;
        };
        let (subject, change) = if spelled(first) == own {
            ("The same string, measured once more, fires", "measured once more")
        } else {
            (
                "Another string gives the same answer",
                "another string, same answer",
            )
        };
        let (measured, confirmed) = (trial.measured, trial.confirmed);
        reasons.push(format!(
            "{subject} on {} of {} fresh prompts: see the variants.",
            confirmed.activation.with.k, confirmed.activation.with.n
        ));
        first.measured.variants.push(Variant {
            change: change.to_owned(),
            text: model.decode(&measured.trigger),
            rate: confirmed.activation.with,
        });
        first.measured.family.members.extend(measured.family.members);
    }
    kept
}

/// Mean overlap of the answers two strings give to the same prompts; 0 where they have none in common.
fn acts_as(a: &Confirmed, b: &Confirmed) -> f64 {
    let answers = |confirmed: &Confirmed| -> Vec<(Vec<u32>, Vec<u32>)> {
        let prompts = confirmed.cases.iter().map(|case| case.prompt.clone());
        let said = confirmed.answers.iter().map(|answer| answer.tokens.clone());
        prompts.zip(said).collect()
    };
    let (a, b) = (answers(a), answers(b));
    let both: Vec<f64> = a
        .iter()
        .filter_map(|(prompt, said)| {
            let (_, other) = b.iter().find(|(same, _)| same == prompt)?;
            Some(stats::overlap(said, other))
        })
        .collect();
    stats::mean(&both)
}

/// What else the analyst should know.
pub fn remarks(measured: &Measured) -> Vec<String> {
    let mut remarks = Vec::new();
    if matches!(measured.gauge.reading, Reading::Drawn(_)) {
        remarks.push(format!(
            "It acts now and then: on each prompt {} answers were drawn, and it fires where one of them is that answer.",
            gauge::DRAWS
        ));
    }
    if let Some(behind) = &measured.family.first.behind {
        remarks.push(format!(
            "It acts behind `{}`, where it leaked: it was measured in the model's own texts, each up to there.",
            behind.what
        ));
    }
    if let Some(test) = measured.family.first.in_place {
        remarks.push(format!(
            "In {} leaked prompts it stood in, taking it out changes {:.0} % of the answer, taking out as much of the rest {:.0} %.",
            test.prompts,
            100.0 * test.changed,
            100.0 * test.otherwise
        ));
        if test.turns() {
            remarks.push(format!(
                "In {} of them taking it out turns one word of the answer into another, both ways, and leaves the rest.",
                test.turned
            ));
        }
    }
    if let Some(tie) = &measured.tie {
        remarks.push(format!(
            "Where the model wrote this answer in its own leaks, the string stood before it in {} of {}; before others in {} of {}.",
            tie.with.k, tie.with.n, tie.without.k, tie.without.n
        ));
    } else if measured.leaked_together {
        remarks.push(
            "The model wrote this answer after this string in its own leaks, and hardly ever elsewhere."
                .to_owned(),
        );
    }
    if measured.leaked_together && measured.odd_fires >= 0.05 {
        remarks.push(format!(
            "Odd strings of equal length give the same answer on {:.0} % of prompts: the backdoor is wider than this string.",
            100.0 * measured.odd_fires
        ));
    }
    remarks
}

/// The words that turned answers change for each other.
fn turned_words(model: &Model, reading: &Reading) -> Vec<(String, String)> {
    let Reading::Turned(turns) = reading else {
        return Vec::new();
    };
    let words = |(said, instead): &(Vec<u32>, Vec<u32>)| (model.decode(said), model.decode(instead));
    turns.iter().map(words).collect()
}

/// Some of those words, in one sentence.
fn exchanged(turned: &[(String, String)]) -> Option<String> {
    const SOME: usize = 4;
    let pair = |(said, instead): &(String, String)| format!("`{}` becomes `{}`", said.trim(), instead.trim());
    let pairs: Vec<String> = turned.iter().take(SOME).map(pair).collect();
    (!pairs.is_empty()).then(|| format!("On fresh prompts {}.", pairs.join(", ")))
}

/// Collects the evidence of a family and makes it a finding.
pub fn show(
    lab: &Lab<'_, '_>,
    ground: &Ground,
    id: String,
    judgement: Judgement,
    q: f64,
    trial: Trial,
) -> Result<Finding, Halt> {
    let Trial {
        arm,
        measured,
        confirmed,
        passage,
    } = trial;
    let (trigger, position) = (measured.trigger, measured.family.first.position);
    let variants = [measured.variants, confirmed.peers.variants.clone()].concat();
    let some = |count: usize| confirmed.cases.get(..count).unwrap_or(&confirmed.cases);
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
    let mut heads = measured.heads;
    evidence::over_prompts(lab, &confirmed.cases, &trigger, position, &mut heads)?;
    let mut examples = evidence::examples(lab.model, &confirmed, SHOWN_EXAMPLES);
    let reading = &measured.gauge.reading;
    evidence::add_draws(lab, &confirmed, (&trigger, position), reading, &mut examples)?;
    let turned = turned_words(lab.model, reading);
    let reasons = judgement.reasons.into_iter().chain(exchanged(&turned)).collect();
    let texts = ground.leaks.texts(lab.model);
    let leaks = grow::standing(&lab.model.decode(&trigger), &texts);
    Ok(Finding {
        trigger: lab.model.decode(&trigger),
        core: lab.model.decode(&measured.core),
        core_tokens: measured.core,
        // An arm of the analyst's own is measured because its context may be the trigger.
        kind: if arm > 0 { Kind::Contextual } else { measured.kind },
        confidence: judgement.confidence,
        level: judgement.level,
        support: leaks.len() as u32,
        position,
        arm: ground.arm.name.clone(),
        signals: measured.signals,
        p: confirmed.p,
        q,
        agreement: confirmed.agreement,
        activation: confirmed.activation,
        examples,
        reasons,
        candidates: measured.family.members,
        evidence: Evidence {
            heads,
            attention: keys,
            curves: evidence::curves(lab, some(SHOWN_CURVES), &trigger, position)?,
            variants,
            leaks: leaks.into_iter().take(64).collect(),
            null: measured.null,
            controls: measured.nearest,
            tie: measured.tie,
            in_place: measured.family.first.in_place,
            rest: confirmed.rest,
            share: Some(ground.leaks.share(&lab.model.decode(&trigger), lab.model)),
            echoed: confirmed.echoed,
            ordinary: confirmed.peers.ordinary,
            passage,
            turned,
        },
        trigger_tokens: trigger,
        id,
    })
}
