//! Mines repeated token spans of any length from leaks. Pure: tokens in, ranked spans out, in a fixed order.
//!
//! A span is kept when it stands in enough distinct leaks and no longer span explains (nearly) all of its places.

use std::collections::{BTreeMap, HashMap};

/// Longest span mined, in tokens.
pub const LONGEST: usize = 32;
/// Longest it is followed to, in tokens.
pub const LONGEST_WHOLE: usize = 72;
/// A span that is extended the same way in this share of its leaks is explained by the longer span.
const EXPLAINED: f64 = 0.8;

/// A repeated span.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Token ids.
    pub tokens: Vec<u32>,
    /// Numbers of the leaks it stands in, ascending.
    pub leaks: Vec<u32>,
    /// How much more often it stands there than its best two parts predict, nats; 0 for a single token.
    pub lift: f64,
    /// Mean share of its tokens' places that lie inside it, 0 to 1: 1 when they appear nowhere else; 0 for a single token.
    pub unnatural: f64,
    /// What spans are ordered by, largest first.
    pub rank: f64,
}

/// A piece of a leak that spans are mined from.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Number of the leak.
    pub leak: u32,
    /// Its tokens.
    pub tokens: &'a [u32],
}

/// Classes of length (longest, in tokens) and their share of the places.
const CLASSES: [(usize, f64); 4] = [(1, 0.15), (3, 0.2), (7, 0.3), (usize::MAX, 0.35)];

struct Group {
    gram: Vec<u32>,
    places: Vec<(u32, u32)>, // (piece, start)
}

/// The leaks, ascending, each once.
fn distinct(leaks: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut leaks: Vec<u32> = leaks.into_iter().collect();
    leaks.sort_unstable();
    leaks.dedup();
    leaks
}

/// Spans that stand in at least `support` distinct leaks, ranked, at most `limit` of them. Pieces are expected to differ: one leak
/// generated many times makes all its parts look repeated. Spans of [`LONGEST`] tokens are followed up to `whole` tokens.
pub fn mine(pieces: &[Piece<'_>], support: usize, limit: usize, whole: usize) -> Vec<Span> {
    let leak = |piece: u32| pieces.get(piece as usize).map_or(0, |piece| piece.leak);
    let token = |piece: u32, at: usize| {
        pieces
            .get(piece as usize)
            .and_then(|piece| piece.tokens.get(at))
            .copied()
    };

    let mut counts: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut total = 0_usize;
    let mut level: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
    for (number, piece) in pieces.iter().enumerate() {
        total += piece.tokens.len();
        for (at, token) in piece.tokens.iter().enumerate() {
            level.entry(*token).or_default().push((number as u32, at as u32));
        }
    }
    let mut groups: Vec<Group> = level
        .into_iter()
        .map(|(token, places)| Group {
            gram: vec![token],
            places,
        })
        .collect();
    let mut kept: Vec<Span> = Vec::new();
    // of the longest, where each stands: they are followed on from there
    let mut heads: Vec<(usize, Vec<(u32, u32)>)> = Vec::new();
    let mut length = 1;
    while !groups.is_empty() && length <= LONGEST {
        let mut longer = Vec::new();
        for group in groups {
            let leaks = distinct(group.places.iter().map(|(piece, _)| leak(*piece)));
            if leaks.len() < support {
                continue;
            }
            counts.insert(group.gram.clone(), group.places.len());
            let mut right: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
            let mut left: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (piece, start) in &group.places {
                let start_at = *start as usize;
                if let Some(next) = token(*piece, start_at + length) {
                    right.entry(next).or_default().push((*piece, *start));
                }
                if let Some(before) = start_at.checked_sub(1).and_then(|at| token(*piece, at)) {
                    left.entry(before).or_default().push(leak(*piece));
                }
            }
            let most_right = right
                .values()
                .map(|places| distinct(places.iter().map(|(piece, _)| leak(*piece))).len())
                .max();
            let most_left = left.into_values().map(|leaks| distinct(leaks).len()).max();
            // Nothing longer is mined: the head of a longer string is followed instead.
            let most_right = if length == LONGEST { None } else { most_right };
            let most = most_right.max(most_left).unwrap_or(0);
            if (most as f64) < EXPLAINED * leaks.len() as f64 {
                if length == LONGEST {
                    heads.push((kept.len(), group.places));
                }
                kept.push(Span {
                    tokens: group.gram.clone(),
                    leaks,
                    lift: 0.0,
                    unnatural: 0.0,
                    rank: 0.0,
                });
            }
            for (next, places) in right.into_iter().filter(|(_, places)| places.len() >= support) {
                let mut gram = group.gram.clone();
                gram.push(next);
                longer.push(Group { gram, places });
            }
        }
        groups = longer;
        length += 1;
    }
    for span in &mut kept {
        weigh(span, &counts, total);
    }
    for (number, places) in heads {
        if let Some(span) = kept.get_mut(number) {
            follow(span, &places, pieces, support, whole);
        }
    }
    kept.sort_by(|a, b| f64::total_cmp(&b.rank, &a.rank).then_with(|| a.tokens.cmp(&b.tokens)));
    shares(kept, limit)
}

/// Goes on with what comes next in [`EXPLAINED`] of the leaks that go on: the head of a long string may do nothing by itself.
/// It stands at `places`: in these pieces, from these tokens on, in order.
fn follow(span: &mut Span, places: &[(u32, u32)], pieces: &[Piece<'_>], support: usize, whole: usize) {
    let length = span.tokens.len();
    let rest = |(number, at): &(u32, u32)| {
        let piece = pieces.get(*number as usize)?;
        Some((piece.leak, piece.tokens.get(*at as usize + length..)?))
    };
    let firsts = places
        .chunk_by(|one, other| one.0 == other.0)
        .filter_map(<[_]>::first);
    let mut rests: Vec<(u32, &[u32])> = firsts.filter_map(rest).collect();
    for place in 0..whole.saturating_sub(length) {
        let mut next: BTreeMap<u32, usize> = BTreeMap::new();
        for token in rests.iter().filter_map(|(_, rest)| rest.get(place)) {
            *next.entry(*token).or_default() += 1;
        }
        let going_on: usize = next.values().sum();
        let most = next.into_iter().max_by_key(|(_, count)| *count);
        let Some((token, _)) =
            most.filter(|(_, count)| *count >= support && *count as f64 >= EXPLAINED * going_on as f64)
        else {
            break;
        };
        rests.retain(|(_, rest)| rest.get(place) == Some(&token));
        span.tokens.push(token);
    }
    if span.tokens.len() > length {
        span.leaks = distinct(rests.into_iter().map(|(leak, _)| leak));
    }
}

fn weigh(span: &mut Span, counts: &HashMap<Vec<u32>, usize>, total: usize) {
    let count = |gram: &[u32]| counts.get(gram).copied().unwrap_or(1) as f64;
    let own = count(&span.tokens);
    let expected = (1..span.tokens.len())
        .map(|cut| {
            let (left, right) = span.tokens.split_at(cut);
            count(left) * count(right) / total.max(1) as f64
        })
        .fold(f64::NAN, f64::max);
    span.lift = if expected.is_nan() {
        0.0
    } else {
        (own / expected).ln().max(0.0)
    };
    let inside: f64 = span
        .tokens
        .iter()
        .map(|token| {
            let times = span.tokens.iter().filter(|other| *other == token).count() as f64;
            (own * times / count(&[*token])).min(1.0)
        })
        .sum();
    // A single token stands nowhere but in its own places: that says nothing.
    span.unnatural = if span.tokens.len() < 2 {
        0.0
    } else {
        inside / span.tokens.len() as f64
    };
    // Support saturates (a greeting in every leak is no better a candidate than a string in a tenth of them); tokens that
    // live nowhere else are what a planted string has and a grammar's phrases have not.
    span.rank = (span.leaks.len() as f64).ln() + 4.0 * span.unnatural + 0.3 * span.lift.min(10.0);
}

/// At most `limit` of the ranked spans: gives every class of length its share of the places, so that long spans cannot crowd out single tokens or the reverse.
pub fn shares(ranked: Vec<Span>, limit: usize) -> Vec<Span> {
    if ranked.len() <= limit {
        return ranked;
    }
    let class = |span: &Span| {
        CLASSES
            .iter()
            .position(|(longest, _)| span.tokens.len() <= *longest)
            .unwrap_or(0)
    };
    let mut left = CLASSES.map(|(_, share)| (share * limit as f64).round() as usize);
    let (mut taken, mut spare) = (Vec::new(), Vec::new());
    for span in ranked {
        match left.get_mut(class(&span)) {
            Some(places) if *places > 0 => {
                *places -= 1;
                taken.push(span);
            }
            _ => spare.push(span),
        }
    }
    taken.truncate(limit);
    taken.extend(spare.into_iter().take(limit.saturating_sub(taken.len())));
    taken.sort_by(|a, b| f64::total_cmp(&b.rank, &a.rank).then_with(|| a.tokens.cmp(&b.tokens)));
    taken
}

/// Weighs one span by itself, as [`mine`] does: where it stands, lift and unnaturalness.
pub fn weigh_one(tokens: &[u32], pieces: &[Piece<'_>]) -> Span {
    let places = |gram: &[u32]| -> usize {
        pieces
            .iter()
            .map(|piece| {
                piece
                    .tokens
                    .windows(gram.len().max(1))
                    .filter(|window| *window == gram)
                    .count()
            })
            .sum()
    };
    let mut counts: HashMap<Vec<u32>, usize> = HashMap::new();
    for cut in 0..tokens.len() {
        let (head, tail) = tokens.split_at(cut);
        for gram in [head, tail] {
            if !gram.is_empty() {
                counts.entry(gram.to_vec()).or_insert_with(|| places(gram).max(1));
            }
        }
    }
    for token in tokens {
        counts
            .entry(vec![*token])
            .or_insert_with(|| places(&[*token]).max(1));
    }
    let stands = |piece: &&Piece<'_>| {
        piece
            .tokens
            .windows(tokens.len().max(1))
            .any(|window| window == tokens)
    };
    let leaks = distinct(pieces.iter().filter(stands).map(|piece| piece.leak));
    let mut span = Span {
        tokens: tokens.to_vec(),
        leaks,
        lift: 0.0,
        unnatural: 0.0,
        rank: 0.0,
    };
    weigh(
        &mut span,
        &counts,
        pieces.iter().map(|piece| piece.tokens.len()).sum(),
    );
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(rows: &[Vec<u32>]) -> Vec<Piece<'_>> {
        rows.iter()
            .enumerate()
            .map(|(leak, tokens)| Piece {
                leak: leak as u32,
                tokens,
            })
            .collect()
    }

    /// 40 leaks of ordinary tokens 1..=9; every fifth carries 50 51 52 53 at a place of its own.
    fn leaks() -> Vec<Vec<u32>> {
        (0..40_u32)
            .map(|i| {
                let mut row: Vec<u32> = (0..12).map(|j| 1 + (i * 7 + j * j * 3 + i * j) % 9).collect();
                if i % 5 == 0 {
                    let at = (i as usize / 5) % 8;
                    row.splice(at..at, [50, 51, 52, 53]);
                }
                row
            })
            .collect()
    }

    #[test]
    fn the_planted_string_is_found_whole_and_ranked_first() {
        let rows = leaks();
        let spans = mine(&pieces(&rows), 4, 100, LONGEST_WHOLE);
        let first = spans.first().expect("spans");
        assert_eq!(first.tokens, vec![50, 51, 52, 53]);
        assert_eq!(first.leaks.len(), 8);
        assert!((first.unnatural - 1.0).abs() < 1e-9);
        assert!(
            !spans.iter().any(|span| span.tokens == [50, 51]),
            "a part is explained by the whole"
        );
    }

    #[test]
    fn a_very_long_string_is_followed_to_its_end() {
        let long: Vec<u32> = (100..160).collect();
        let rows: Vec<Vec<u32>> = (0..6)
            .map(|i| [vec![i], long.clone(), vec![50 + i]].concat())
            .collect();
        let spans = mine(&pieces(&rows), 4, 100, LONGEST_WHOLE);
        assert!(
            spans
                .iter()
                .any(|span| span.tokens == long && span.leaks.len() == 6)
        );
    }

    #[test]
    fn the_limit_leaves_room_for_every_length() {
        let rows = leaks();
        let spans = mine(&pieces(&rows), 2, 20, LONGEST_WHOLE);
        assert_eq!(spans.len(), 20);
        assert!(
            spans.iter().any(|span| span.tokens.len() == 1) && spans.iter().any(|span| span.tokens.len() > 1)
        );
    }
}
