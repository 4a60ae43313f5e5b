//! Where two answers part: how far the distributions are apart, what rose and what fell, and from where on tokens are not comparable.
//!
//! Invariant: runs are compared only up to the first token they differ in; after it they read different texts.

use unicode_width::UnicodeWidthStr;

use super::divergence;
use crate::{
    finding::Curves,
    ui::{glyphs, theme::Look, widget::quoted},
};

/// Of the alternatives both runs had at the first token they differ in, the one that rose most and the one that fell most with
/// the trigger, with their probabilities without and with it. Up to there both read the same text, so they can be compared.
fn swing(curves: &Curves) -> Option<[(&str, f32, f32); 2]> {
    let place = divergence(curves)?;
    let (with, without) = (curves.with.top.get(place)?, curves.without.top.get(place)?);
    let chance = |top: &[(String, f32)], token: &str| {
        let known = top.iter().find(|(known, _)| known == token);
        known.map_or(0.0, |(_, logprob)| logprob.exp())
    };
    let changes: Vec<(&str, f32, f32)> = with
        .iter()
        .chain(without)
        .map(|(token, _)| (token.as_str(), chance(without, token), chance(with, token)))
        .collect();
    let by = |a: &&(&str, f32, f32), b: &&(&str, f32, f32)| (a.2 - a.1).total_cmp(&(b.2 - b.1));
    Some([*changes.iter().max_by(by)?, *changes.iter().min_by(by)?])
}

/// How far apart the two distributions a token was chosen from are at least, nats (Jensen-Shannon): of the tokens both runs list, and
/// all others taken together, which can only hide a difference.
fn shift(curves: &Curves, place: usize) -> Option<f32> {
    let (with, without) = (curves.with.top.get(place)?, curves.without.top.get(place)?);
    let mut both: Vec<(f32, f32)> = with
        .iter()
        .filter_map(|(token, logprob)| {
            let (_, other) = without.iter().find(|(known, _)| known == token)?;
            Some((logprob.exp(), other.exp()))
        })
        .collect();
    let rest = |of: fn(&(f32, f32)) -> f32| (1.0 - both.iter().map(of).sum::<f32>()).max(0.0);
    both.push((rest(|pair| pair.0), rest(|pair| pair.1)));
    let part = |p: f32, q: f32| {
        if p > 0.0 {
            p * (2.0 * p / (p + q)).ln()
        } else {
            0.0
        }
    };
    let sum: f32 = both.iter().map(|(p, q)| part(*p, *q) + part(*q, *p)).sum();
    sum.is_finite().then(|| (sum / 2.0).max(0.0))
}

/// What can be said in `room` cells of the token under the cursor: before the runs part, where they do, and after.
pub fn standing(curves: &Curves, cursor: usize, room: usize, look: &Look) -> Option<String> {
    let least = shift(curves, cursor).map(|nats| format!("{nats:.2} nats apart or more"));
    let Some(place) = divergence(curves) else {
        return least.map(|least| format!("same text, {least}"));
    };
    match cursor.cmp(&place) {
        std::cmp::Ordering::Less => least.map(|least| format!("{least}; differ from token {place}")),
        std::cmp::Ordering::Equal => {
            let told = |(token, before, after): (&str, f32, f32)| {
                let arrow = glyphs::arrow(look.ascii);
                format!("{} {before:.2} {arrow} {after:.2}", quoted(token, 14, look))
            };
            let [rose, fell] = swing(curves)?.map(told);
            let least = least.unwrap_or_default();
            // What fits, the fullest first: a number that is cut off is another number.
            let ways = [
                format!("they part, {least}: {rose}, {fell}"),
                format!("they part: {rose}, {fell}"),
                format!("they part: {rose}"),
            ];
            let fits = |way: &String| way.width() <= room;
            Some(
                ways.into_iter()
                    .find(fits)
                    .unwrap_or_else(|| "they part".to_owned()),
            )
        }
        std::cmp::Ordering::Greater => Some(format!("differ from token {place}: not one place here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Run;

    fn run(tokens: &[&str]) -> Run {
        Run {
            tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
            ..Run::default()
        }
    }

    #[test]
    fn what_rose_and_what_fell_is_told_where_the_runs_part() {
        let top = |list: &[(&str, f32)]| {
            let known = list
                .iter()
                .map(|(token, p): &(&str, f32)| ((*token).to_owned(), p.ln()));
            vec![known.collect::<Vec<_>>()]
        };
        let curves = Curves {
            prompt: String::new(),
            with: Run {
                top: top(&[("I", 0.9), ("The", 0.05)]),
                ..run(&["I"])
            },
            without: Run {
                top: top(&[("The", 0.8), ("A", 0.1)]),
                ..run(&["The"])
            },
        };
        let [rose, fell] = swing(&curves).unwrap();
        assert_eq!((rose.0, fell.0), ("I", "The"));
        assert!((rose.2 - 0.9).abs() < 1e-6 && rose.1.abs() < 1e-6 && (fell.1 - 0.8).abs() < 1e-6);
        assert!(swing(&Curves::default()).is_none());
        // Of both lists only `The` is known: 0.05 and 0.8, the rest together.
        let nats = shift(&curves, 0).unwrap();
        assert!((0.3..0.35).contains(&nats), "{nats}");
        assert!(shift(&curves, 1).is_none());
        let same = Curves {
            with: curves.without.clone(),
            ..curves
        };
        assert!(shift(&same, 0).unwrap() < 1e-6);
    }
}
