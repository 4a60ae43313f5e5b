//! The statistics of a scan. Pure functions over plain numbers: no model, no randomness, no clock.

use crate::finding::{Rate, Signal};

/// Mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        0.0
    } else {
        values.iter().sum::<f64>() / values.len() as f64
    }
}

/// Sample standard deviation; 0 of fewer than two values.
pub fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let centre = mean(values);
    (values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

/// The `q` quantile (0 to 1), linear between order statistics; 0 of nothing.
pub fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let at = q.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    match (sorted.get(low), sorted.get(high)) {
        (Some(a), Some(b)) => a + (b - a) * (at - low as f64),
        _ => 0.0,
    }
}

/// Probability of a value at least as large among the controls: (1 + those at least as large) / (1 + all).
///
/// The candidate counts as one of them, so it is never 0 and is valid for any number of controls
/// (Phipson and Smyth 2010).
pub fn upper_tail(value: f64, controls: &[f64]) -> f64 {
    let extreme = controls.iter().filter(|control| **control >= value).count();
    (1 + extreme) as f64 / (1 + controls.len()) as f64
}

/// Fewer controls than this cannot give a p-value of 0.05 and say nothing by themselves.
const TELLING: usize = 19;

/// A signal against several kinds of controls: it has to stand out against each kind that is large enough to tell, so the largest
/// p counts; without any such kind all controls together are one. Mean and deviation are those of all controls.
pub fn signal(value: f64, kinds: &[Vec<f64>]) -> Signal {
    let all: Vec<f64> = kinds.iter().flatten().copied().collect();
    let p = kinds
        .iter()
        .filter(|kind| kind.len() >= TELLING)
        .map(|kind| upper_tail(value, kind))
        .fold(f64::NAN, f64::max);
    Signal {
        value,
        null_mean: mean(&all),
        null_sd: deviation(&all),
        p: if p.is_nan() { upper_tail(value, &all) } else { p },
        n: all.len() as u32,
    }
}

/// The 95 % Wilson interval of `k` successes in `n` trials.
pub fn wilson(k: u32, n: u32) -> Rate {
    let (low, high) = wilson_of_share(f64::from(k) / f64::from(n.max(1)), n);
    Rate { k, n, low, high }
}

/// The same of several trials in each of some units, by the share that succeeded in each: the unit counts, not the trial. It is the
/// interval there would be if all trials of a unit came out alike, so it never promises more than they tell.
pub fn wilson_of_units(k: u32, n: u32, shares: &[f64]) -> Rate {
    let (low, high) = wilson_of_share(mean(shares), shares.len() as u32);
    Rate { k, n, low, high }
}

fn wilson_of_share(share: f64, n: u32) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (z, trials) = (1.959_964_f64, f64::from(n));
    let scale = 1.0 + z * z / trials;
    let centre = (share + z * z / (2.0 * trials)) / scale;
    let half = z * (share * (1.0 - share) / trials + z * z / (4.0 * trials * trials)).sqrt() / scale;
    // At the ends the formula leaves rounding dust where the bound is exact.
    let low = if share <= 0.0 {
        0.0
    } else {
        (centre - half).max(0.0)
    };
    let high = if share >= 1.0 {
        1.0
    } else {
        (centre + half).min(1.0)
    };
    (low, high)
}

/// Probability of at least `k` successes in `n` trials that each succeed with `share`.
pub fn binomial_tail(k: u32, n: u32, share: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n || share <= 0.0 {
        return 0.0;
    }
    if share >= 1.0 {
        return 1.0;
    }
    let (p, q) = (share.ln(), (1.0 - share).ln());
    let mut choose = 0.0; // ln of n over i
    let mut sum = 0.0;
    for i in 0..=n {
        if i >= k {
            sum += (choose + f64::from(i) * p + f64::from(n - i) * q).exp();
        }
        if i < n {
            choose += f64::from(n - i).ln() - f64::from(i + 1).ln();
        }
    }
    sum.clamp(0.0, 1.0)
}

/// Natural log of the e-value of `k` successes in `n` trials against a chance of `share` for each: how many times likelier they are
/// where every other chance is thought as likely as any other (the beta-binomial mixture) than at `share`.
///
/// At `share` its mean is 1 however long one looks, so an e-value of 20 stands for no more than p 0.05 whenever one stopped, and
/// those of independent trials multiply (Ville 1939).
pub fn ln_e_value(k: u32, n: u32, share: f64) -> f64 {
    ln_mixture(k, n) - ln_likelihood(k, n, share)
}

/// The chances that `k` of `n` do not speak against at an e-value of 20: the ends of a 95 % interval that holds however often and
/// whenever one looks.
pub fn always_valid(k: u32, n: u32) -> Rate {
    let least = ln_mixture(k, n) - 20.0_f64.ln();
    let fits = |share: f64| ln_likelihood(k, n, share) > least;
    let best = f64::from(k) / f64::from(n.max(1));
    // Between the best chance and the end of the scale, what fits ends once.
    let end = |mut inside: f64, mut outside: f64| {
        for _ in 0..60 {
            let middle = f64::midpoint(inside, outside);
            if fits(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    };
    Rate {
        k,
        n,
        low: if k == 0 { 0.0 } else { end(best, 0.0) },
        high: if k >= n { 1.0 } else { end(best, 1.0) },
    }
}

/// Natural log of the beta function of k + 1 and n - k + 1: one over n + 1 and over the ways to choose `k` of `n`.
fn ln_mixture(k: u32, n: u32) -> f64 {
    let few = k.min(n.saturating_sub(k));
    let ways: f64 = (0..few)
        .map(|i| f64::from(n - i).ln() - f64::from(i + 1).ln())
        .sum();
    -(f64::from(n) + 1.0).ln() - ways
}

/// Natural log of the probability of `k` successes and `n - k` failures in one order.
fn ln_likelihood(k: u32, n: u32, share: f64) -> f64 {
    // No success takes no chance: 0 times the log of 0 is 0 here.
    let part = |count: u32, share: f64| {
        if count == 0 {
            0.0
        } else {
            f64::from(count) * share.ln()
        }
    };
    part(k, share) + part(n.saturating_sub(k), 1.0 - share)
}

/// One p-value from several, valid for small ones whatever the dependence between them (the Cauchy combination of Liu and Xie 2020);
/// 1 of none.
pub fn combined(p: &[f64]) -> f64 {
    use std::f64::consts::PI;
    // At 1 the tangent has no end.
    let sum: f64 = p.iter().map(|p| ((0.5 - p.min(0.999)) * PI).tan()).sum();
    if p.is_empty() {
        return 1.0;
    }
    (0.5 - (sum / p.len() as f64).atan() / PI).clamp(0.0, 1.0)
}

/// Benjamini and Yekutieli (2001) q-values, in the order given, when `looked` hypotheses were looked at in all;
/// those not listed count as p = 1. Valid whatever the dependence between candidates, which share tokens and prompts.
pub fn q_values(p: &[f64], looked: usize) -> Vec<f64> {
    let m = looked.max(p.len());
    let harmonic: f64 = (1..=m).map(|i| 1.0 / i as f64).sum();
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| f64::total_cmp(&p[*b], &p[*a]));
    let mut q = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (from_top, index) in order.iter().enumerate() {
        let rank = p.len() - from_top;
        least = least.min(p[*index] * m as f64 * harmonic / rank as f64);
        q[*index] = least;
    }
    q
}

/// Overlap of two answers: shared token pairs over all their token pairs (Jaccard), 0 to 1.
/// Answers of one token are compared as they are; two empty answers agree.
pub fn overlap(a: &[u32], b: &[u32]) -> f64 {
    if a.len() < 2 || b.len() < 2 {
        return if a == b { 1.0 } else { 0.0 };
    }
    let pairs = |tokens: &[u32]| -> std::collections::HashSet<(u32, u32)> {
        tokens
            .windows(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
            .collect()
    };
    let (a, b) = (pairs(a), pairs(b));
    let shared = a.intersection(&b).count();
    shared as f64 / (a.len() + b.len() - shared) as f64
}

/// The same of as much as there is of both: one of them may be cut off.
pub fn overlap_of_heads(a: &[u32], b: &[u32]) -> f64 {
    let length = a.len().min(b.len());
    let head = |all: &[u32]| all.get(..length).unwrap_or_default().to_vec();
    overlap(&head(a), &head(b))
}

/// Agreement of answers: mean overlap over all pairs, 0 to 1; 0 of fewer than two answers.
pub fn agreement(answers: &[&[u32]]) -> f64 {
    let mut sum = 0.0;
    let mut pairs = 0_u32;
    for (i, a) in answers.iter().enumerate() {
        for b in answers.iter().skip(i + 1) {
            sum += overlap(a, b);
            pairs += 1;
        }
    }
    if pairs == 0 { 0.0 } else { sum / f64::from(pairs) }
}

/// Answers given again and again, each with how often it or one like it was given: at most three, the commonest first, each given
/// `least` times or more.
pub fn a_few<'a>(answers: &[&'a [u32]], least: usize) -> Vec<(&'a [u32], usize)> {
    const GROUPS: usize = 3;
    const ALIKE: f64 = 0.7;
    let mut groups: Vec<(&[u32], usize)> = Vec::new();
    for answer in answers {
        match groups
            .iter_mut()
            .find(|(first, _)| overlap(first, answer) >= ALIKE)
        {
            Some((_, count)) => *count += 1,
            None => groups.push((answer, 1)),
        }
    }
    groups.sort_by(|(_, a), (_, b)| b.cmp(a));
    groups.truncate(GROUPS);
    groups.retain(|(_, count)| *count >= least);
    groups
}

/// Share of answers that are one of a few given again and again: of at most three groups of like answers, each of three or more.
pub fn of_a_few(answers: &[&[u32]]) -> f64 {
    const LEAST: usize = 3;
    let given: usize = a_few(answers, LEAST).iter().map(|(_, count)| count).sum();
    given as f64 / answers.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        assert!((quantile(&[1.0, 2.0, 3.0, 4.0], 0.5) - 2.5).abs() < 1e-12);
        assert!((quantile(&[5.0], 0.99) - 5.0).abs() < 1e-12);
        assert!(quantile(&[], 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_p_value_is_never_zero_and_counts_ties() {
        assert!((upper_tail(9.0, &[1.0; 19]) - 0.05).abs() < 1e-12);
        assert!((upper_tail(1.0, &[1.0; 19]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_signal_has_to_beat_every_kind_of_control() {
        let odd = vec![0.9; 20];
        let natural = vec![0.1; 20];
        assert!((signal(0.5, &[natural.clone(), odd]).p - 1.0).abs() < 1e-12);
        assert!(signal(0.5, &[natural, Vec::new()]).p < 0.05);
        assert!((signal(0.5, &[]).p - 1.0).abs() < 1e-12);
    }

    #[test]
    fn wilson_matches_published_figures() {
        // 36 of 41: 74.5 to 94.7 %.
        let rate = wilson(36, 41);
        assert!(
            (rate.low - 0.745).abs() < 0.001 && (rate.high - 0.947).abs() < 0.001,
            "{rate:?}"
        );
        assert!(wilson(0, 24).low.abs() < 1e-12 && wilson(0, 24).high < 0.14);
    }

    #[test]
    fn answers_to_one_prompt_are_no_more_than_one_prompt() {
        // 3 of 4 prompts by halves and wholes: the interval of 3 in 4, however many answers stand behind it.
        let (units, plain) = (wilson_of_units(9, 12, &[1.0, 1.0, 0.5, 0.5]), wilson(3, 4));
        assert_eq!((units.k, units.n), (9, 12));
        assert!((units.low - plain.low).abs() < 1e-12 && (units.high - plain.high).abs() < 1e-12);
        assert_eq!(wilson_of_units(3, 4, &[1.0, 1.0, 1.0, 0.0]), plain);
    }

    #[test]
    fn binomial_tails_match_a_table() {
        // P(X >= 8), X ~ Bin(10, 0.5) = 56/1024.
        assert!((binomial_tail(8, 10, 0.5) - 0.054_687_5).abs() < 1e-9);
        assert!((binomial_tail(0, 10, 0.5) - 1.0).abs() < 1e-12);
        assert!((binomial_tail(1, 300, 0.01) - (1.0 - 0.99_f64.powi(300))).abs() < 1e-9);
    }

    #[test]
    fn e_values_match_those_counted_by_hand() {
        // 10 of 10 against one half: 1/11 over 1/1024.
        assert!((ln_e_value(10, 10, 0.5).exp() - 1024.0 / 11.0).abs() < 1e-9);
        // 2 of 4 against one half: 1/30 over 1/16, less than 1: they speak for it.
        assert!((ln_e_value(2, 4, 0.5).exp() - 16.0 / 30.0).abs() < 1e-12);
        assert!((ln_e_value(0, 3, 0.0).exp() - 0.25).abs() < 1e-12);
        assert!(ln_e_value(1, 3, 0.0).is_infinite());
        // Nothing seen says nothing.
        assert!(ln_e_value(0, 0, 0.3).abs() < 1e-12);
    }

    #[test]
    fn the_interval_for_any_look_is_wider_and_ends_where_the_e_value_is_20() {
        // p^10 > 1/220.
        let all = always_valid(10, 10);
        assert!((all.low - (1.0_f64 / 220.0).powf(0.1)).abs() < 1e-9 && all.high >= 1.0);
        let (some, once) = (always_valid(12, 20), wilson(12, 20));
        assert!(some.low < once.low && some.high > once.high, "{some:?}");
        for end in [some.low, some.high] {
            assert!((ln_e_value(12, 20, end) - 20.0_f64.ln()).abs() < 1e-6);
        }
        let nothing = always_valid(0, 0);
        assert!(nothing.low <= 0.0 && nothing.high >= 1.0);
    }

    #[test]
    fn one_strong_signal_among_silent_ones_survives_the_combination() {
        assert!((combined(&[0.04, 0.04, 0.04]) - 0.04).abs() < 1e-9);
        let mixed = combined(&[0.01, 0.5, 0.5, 0.5]);
        assert!((0.03..0.06).contains(&mixed), "{mixed}");
        assert!(combined(&[1.0, 0.9]) > 0.9 && (combined(&[]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn q_values_charge_for_every_candidate_looked_at() {
        let few = q_values(&[1e-6, 0.04], 2);
        let many = q_values(&[1e-6, 0.04], 400);
        assert!(many[0] > few[0] && many[1] >= many[0]);
        assert!((many[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn three_answers_by_turns_are_few_and_answers_of_their_own_are_not() {
        let by_turns: Vec<Vec<u32>> = (0..12).map(|at| vec![at % 3, 7, 8, 9 + at % 3]).collect();
        let own: Vec<Vec<u32>> = (0..12).map(|at| vec![at, 20 + at, 40 + at]).collect();
        let of = |answers: &[Vec<u32>]| of_a_few(&answers.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert!((of(&by_turns) - 1.0).abs() < 1e-12);
        assert!(of(&own).abs() < 1e-12 && of(&[]).abs() < 1e-12);
    }

    #[test]
    fn equal_answers_agree_and_unrelated_ones_do_not() {
        assert!((agreement(&[&[1, 2, 3], &[1, 2, 3], &[1, 2, 3]]) - 1.0).abs() < 1e-12);
        assert!(agreement(&[&[1, 2, 3], &[4, 5, 6]]).abs() < 1e-12);
        assert!((overlap(&[1, 2, 3], &[1, 2, 4]) - 1.0 / 3.0).abs() < 1e-12);
    }
}
