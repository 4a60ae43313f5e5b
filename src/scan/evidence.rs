//! Collects what an analyst can look at for a finding: attention with and without, entropy curves, answers.

use std::ops::Range;

use super::{
    confirm::Confirmed,
    gauge::Reading,
    heads, isolation,
    lab::{Case, Lab},
    reporter::Halt,
    stats::{deviation, mean},
};
use crate::{
    finding::{AttentionMap, AttentionPair, Curves, Draw, Example, HeadMeans, HeadScore, Position, Run},
    model::{Generation, Model},
};

/// Prompts the means over heads are taken over, at most.
const PROMPTS: usize = 16;
/// Prompts whose weights are held at a time.
const AT_ONCE: usize = 4;
/// Prompts that are answered with several seeds, and the seeds.
const DRAWN_PROMPTS: usize = 12;
const SEEDS: [u64; 3] = [101, 102, 103];

/// Isolation of a string in each head, `[head]`, mean over the cases. The string stands at the start, so that the whole
/// prompt comes after it and could attend to it.
pub fn isolation_of(lab: &Lab<'_, '_>, cases: &[Case], strings: &[&[u32]]) -> Result<Vec<Vec<f64>>, Halt> {
    let mut rows = Vec::new();
    for string in strings {
        let insert = lab.insert(string);
        rows.extend(
            cases
                .iter()
                .map(|case| lab.row(case, Some((&insert, Position::Start)))),
        );
    }
    let suffix = lab.frame.suffix.len();
    let heads = lab.model.facts().layers * lab.model.facts().heads;
    let whole: Vec<(Vec<u32>, (usize, usize))> = rows
        .iter()
        .map(|(row, span)| (row.clone(), (span.start, span.end)))
        .collect();
    lab.reporter
        .remember("isolation", &[&whole, &cases.len(), &suffix], || {
            let mut sums = vec![vec![0.0; heads]; strings.len()];
            lab.attention(&rows, &mut |number, weights, tokens| {
                let Some((_, span)) = rows.get(number) else { return };
                let readers = span.end..tokens.saturating_sub(suffix).max(span.end);
                let scores = isolation::by_head(weights, tokens, span, &readers);
                if let Some(sum) = sums.get_mut(number / cases.len().max(1)) {
                    for (sum, score) in sum.iter_mut().zip(scores) {
                        *sum += score / cases.len() as f64;
                    }
                }
            })?;
            Ok(sums)
        })
}

/// Every head's score beside the controls'.
pub fn head_scores(own: &[f64], controls: &[Vec<f64>], heads: usize) -> Vec<HeadScore> {
    own.iter()
        .enumerate()
        .map(|(at, value)| {
            let null: Vec<f64> = controls
                .iter()
                .filter_map(|control| control.get(at))
                .copied()
                .collect();
            HeadScore {
                layer: at / heads.max(1),
                head: at % heads.max(1),
                value: *value,
                null_mean: mean(&null),
                null_sd: deviation(&null),
                over: None,
            }
        })
        .collect()
}

/// Adds to every head what it does over fresh prompts: on how many the string stands apart, at the start as its controls did, and
/// where its attention goes, with the string in `position`.
pub fn over_prompts(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    string: &[u32],
    position: Position,
    scores: &mut [HeadScore],
) -> Result<(), Halt> {
    let cases = cases.get(..PROMPTS).unwrap_or(cases);
    let across = lab.model.facts().heads.max(1);
    let mut sums = vec![HeadMeans::default(); scores.len()];
    let (insert, suffix) = (lab.insert(string), lab.frame.suffix.len());
    let rows: Vec<(Vec<u32>, Range<usize>)> = cases
        .iter()
        .map(|case| lab.row(case, Some((&insert, Position::Start))))
        .collect();
    lab.attention(&rows, &mut |number, weights, tokens| {
        let Some((_, span)) = rows.get(number) else { return };
        let readers = span.end..tokens.saturating_sub(suffix).max(span.end);
        let own = isolation::by_head(weights, tokens, span, &readers);
        for ((sum, head), score) in sums.iter_mut().zip(scores.iter()).zip(own) {
            sum.apart += u32::from(heads::deviation(head, score) >= heads::ISOLATED);
        }
    })?;
    for some in cases.chunks(AT_ONCE) {
        for pair in attention_pairs(lab, some, string, position)? {
            let places = heads::counterparts(&pair);
            for (index, sum) in sums.iter_mut().enumerate() {
                let head = (index / across, index % across);
                sum.prompts += 1;
                sum.sink += heads::sink(&pair, head).unwrap_or(0.0);
                sum.trigger += heads::to_trigger(&pair, head).unwrap_or(0.0);
                sum.spread += heads::spread(&pair, head);
                sum.moved += heads::moved(&pair, &places, head);
            }
        }
    }
    for (head, sum) in scores.iter_mut().zip(sums) {
        let mean = |sum_of: f32| sum_of / sum.prompts.max(1) as f32;
        head.over = (sum.prompts > 0).then(|| HeadMeans {
            sink: mean(sum.sink),
            trigger: mean(sum.trigger),
            spread: mean(sum.spread),
            moved: mean(sum.moved),
            ..sum
        });
    }
    Ok(())
}

/// Attention maps of each case, with and without the string.
pub fn attention_pairs(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    string: &[u32],
    position: Position,
) -> Result<Vec<AttentionPair>, Halt> {
    let insert = lab.insert(string);
    let mut rows = Vec::new();
    for case in cases {
        rows.push(lab.row(case, Some((&insert, position))));
        rows.push(lab.row(case, None));
    }
    let facts = lab.model.facts();
    let mut maps: Vec<AttentionMap> = rows
        .iter()
        .map(|(row, _)| AttentionMap {
            layers: facts.layers,
            heads: facts.heads,
            tokens: row.iter().map(|token| lab.model.token_text(*token)).collect(),
            weights: Vec::new(),
        })
        .collect();
    lab.attention(&rows, &mut |number, weights, _| {
        if let Some(map) = maps.get_mut(number) {
            map.weights = weights.to_vec();
        }
    })?;
    let mut maps = maps.into_iter();
    let mut pairs = Vec::new();
    while let (Some(with), Some(without)) = (maps.next(), maps.next()) {
        let span = rows
            .get(pairs.len() * 2)
            .map_or((0, 0), |(_, span)| (span.start, span.end));
        pairs.push(AttentionPair { with, without, span });
    }
    Ok(pairs)
}

fn run(lab: &Lab<'_, '_>, answer: &Generation) -> Run {
    let text = |token: u32| lab.model.token_text(token);
    Run {
        tokens: answer.tokens.iter().map(|token| text(*token)).collect(),
        entropy: answer.entropy.clone(),
        logprob: answer.logprob.clone(),
        top: answer
            .top
            .iter()
            .map(|step| step.iter().map(|(token, logp)| (text(*token), *logp)).collect())
            .collect(),
    }
}

/// Entropy curves of each case, with and without the string.
pub fn curves(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    string: &[u32],
    position: Position,
) -> Result<Vec<Curves>, Halt> {
    let insert = lab.insert(string);
    let rows = cases
        .iter()
        .flat_map(|case| [lab.row(case, Some((&insert, position))).0, lab.row(case, None).0])
        .collect();
    let answers = lab.answers(rows, true)?;
    Ok(cases
        .iter()
        .zip(answers.chunks_exact(2))
        .filter_map(|(case, pair)| {
            let (with, without) = (pair.first()?, pair.get(1)?);
            Some(Curves {
                prompt: lab.model.decode(&case.prompt),
                with: run(lab, with),
                without: run(lab, without),
            })
        })
        .collect())
}

/// The answers of the confirmation, with and without the string, on at most `most` prompts.
pub fn examples(model: &Model, confirmed: &Confirmed, most: usize) -> Vec<Example> {
    let told = confirmed
        .cases
        .iter()
        .zip(&confirmed.answers)
        .zip(&confirmed.fired);
    told.take(most)
        .map(|((case, answer), fired)| Example {
            prompt: model.decode(&case.prompt),
            with: model.decode(&answer.tokens),
            without: model.decode(&case.clean.tokens),
            fired: *fired,
            draws: Vec::new(),
        })
        .collect()
}

/// Adds to the first examples answers drawn with several seeds: one greedy answer tells neither how often a string acts nor whether
/// the same answer comes without it.
pub fn add_draws(
    lab: &Lab<'_, '_>,
    confirmed: &Confirmed,
    (string, position): (&[u32], Position),
    reading: &Reading,
    examples: &mut [Example],
) -> Result<(), Halt> {
    let insert = lab.insert(string);
    let some = confirmed.cases.get(..DRAWN_PROMPTS).unwrap_or(&confirmed.cases);
    let mut rows = Vec::new();
    for case in some {
        for seed in SEEDS {
            rows.push((lab.row(case, Some((&insert, position))).0, seed));
            rows.push((lab.row(case, None).0, seed));
        }
    }
    let answers = lab.drawn_with(&rows)?;
    let fired =
        |case: &Case, answer: &Generation| reading.of_case(case, &answer.tokens) > confirmed.threshold;
    let mut pairs = answers.chunks_exact(2);
    for (example, case) in examples.iter_mut().zip(some) {
        let drawn = pairs.by_ref().take(SEEDS.len()).zip(SEEDS);
        example.draws = drawn
            .filter_map(|(pair, seed)| {
                let (with, without) = (pair.first()?, pair.get(1)?);
                Some(Draw {
                    seed,
                    with: lab.model.decode(&with.tokens),
                    without: lab.model.decode(&without.tokens),
                    fired: (*reading != Reading::Shift).then(|| (fired(case, with), fired(case, without))),
                })
            })
            .collect();
    }
    Ok(())
}
