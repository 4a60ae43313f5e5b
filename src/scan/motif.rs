//! Motifs: candidates grouped by the character runs they share. Shown beside candidates, never the way to one. Pure.
//!
//! Term weights over runs of four to six characters, then density clustering, as published (Bullwinkel et al. 2026, motif discovery);
//! there the largest group alone is kept, here every group is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::event::Motif;

/// Lengths of the runs, in characters.
const RUNS: std::ops::RangeInclusive<usize> = 4..=6;
/// Cosine from which two texts are neighbours: a distance of 0.65.
const NEAR: f64 = 0.35;
/// Neighbours, itself included, that make a text the core of a group.
const DENSE: usize = 3;
/// A run in this share of a group, and in two of its texts, belongs to what the group has in common.
const COMMON: f64 = 1.0 / 3.0;
/// Groups told of, and members named of each.
const MOST: usize = 24;
const NAMED: usize = 64;

/// A candidate to group: its id, its text, and the leaks it stands in.
pub type Item<'a> = (u32, String, &'a [u32]);

/// Groups of candidates, those that stand in most leaks first.
pub fn motifs(items: &[Item<'_>]) -> Vec<Motif> {
    let runs: Vec<BTreeSet<String>> = items.iter().map(|(_, text, _)| runs_of(text)).collect();
    let near = neighbours(&weights(&runs));
    let mut motifs: Vec<Motif> = groups(&near)
        .into_iter()
        .map(|group| describe(&group, items, &runs))
        .collect();
    motifs.sort_by(|a, b| (b.leaks.cmp(&a.leaks)).then_with(|| a.candidates.cmp(&b.candidates)));
    motifs.truncate(MOST);
    motifs
}

fn runs_of(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.trim().chars().collect();
    RUNS.flat_map(|length| {
        letters
            .windows(length)
            .map(|run| run.iter().collect())
            .collect::<Vec<_>>()
    })
    .collect()
}

/// Unit vectors of weighted runs that stand in two texts or more: a run that few texts have weighs more.
fn weights(runs: &[BTreeSet<String>]) -> Vec<Vec<(usize, f64)>> {
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    for run in runs.iter().flatten() {
        *texts.entry(run).or_default() += 1;
    }
    texts.retain(|_, count| *count >= 2);
    let numbers: HashMap<&str, usize> = texts.keys().copied().zip(0..).collect();
    let all = 1.0 + runs.len() as f64;
    let weigh = |run: &String| {
        let count = *texts.get(run.as_str())? as f64;
        Some((*numbers.get(run.as_str())?, (all / (1.0 + count)).ln() + 1.0))
    };
    let unit = |runs: &BTreeSet<String>| {
        let mut vector: Vec<(usize, f64)> = runs.iter().filter_map(weigh).collect();
        let length = vector
            .iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f64>()
            .sqrt();
        for (_, weight) in &mut vector {
            *weight /= length;
        }
        vector
    };
    runs.iter().map(unit).collect()
}

/// For each text those near it, itself included; none for a text that shares nothing.
fn neighbours(vectors: &[Vec<(usize, f64)>]) -> Vec<Vec<usize>> {
    let mut standing: HashMap<usize, Vec<(usize, f64)>> = HashMap::new();
    for (text, vector) in vectors.iter().enumerate() {
        for (run, weight) in vector {
            standing.entry(*run).or_default().push((text, *weight));
        }
    }
    let near = |vector: &Vec<(usize, f64)>| {
        let mut cosines: BTreeMap<usize, f64> = BTreeMap::new();
        for (run, weight) in vector {
            for (other, theirs) in standing.get(run).into_iter().flatten() {
                *cosines.entry(*other).or_default() += weight * theirs;
            }
        }
        cosines.retain(|_, cosine| *cosine >= NEAR);
        cosines.into_keys().collect()
    };
    vectors.iter().map(near).collect()
}

/// Density clustering (Ester et al. 1996): texts with enough neighbours, joined while they are neighbours, and what is near one.
fn groups(near: &[Vec<usize>]) -> Vec<BTreeSet<usize>> {
    let dense = |text: usize| near.get(text).filter(|near| near.len() >= DENSE);
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut groups = Vec::new();
    for start in 0..near.len() {
        if taken.contains(&start) || dense(start).is_none() {
            continue;
        }
        let mut group = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(text) = open.pop() {
            for other in dense(text).into_iter().flatten() {
                if !taken.contains(other) && group.insert(*other) {
                    open.push(*other);
                }
            }
        }
        taken.extend(&group);
        groups.push(group);
    }
    groups
}

fn describe(group: &BTreeSet<usize>, items: &[Item<'_>], runs: &[BTreeSet<String>]) -> Motif {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for run in group.iter().filter_map(|at| runs.get(*at)).flatten() {
        *times.entry(run).or_default() += 1;
    }
    let enough = (COMMON * group.len() as f64).max(2.0);
    times.retain(|_, count| *count as f64 >= enough);
    let members: Vec<&Item<'_>> = group.iter().filter_map(|at| items.get(*at)).collect();
    let texts = members.iter().map(|(_, text, _)| stitched(text, &times));
    // The first of equals, so that the order of candidates decides.
    let text = texts.fold(String::new(), |best, next| {
        if next.chars().count() > best.chars().count() {
            next
        } else {
            best
        }
    });
    let leaks: BTreeSet<u32> = members.iter().flat_map(|(_, _, leaks)| *leaks).copied().collect();
    Motif {
        text: text.trim().to_owned(),
        size: members.len() as u32,
        leaks: leaks.len() as u32,
        candidates: members.iter().take(NAMED).map(|(id, ..)| *id).collect(),
    }
}

/// The longest part of a text that common runs cover without a break.
fn stitched(text: &str, common: &BTreeMap<&str, usize>) -> String {
    let letters: Vec<char> = text.trim().chars().collect();
    let mut covered = vec![false; letters.len()];
    for length in RUNS {
        for (at, run) in letters.windows(length).enumerate() {
            let run: String = run.iter().collect();
            if common.contains_key(run.as_str()) {
                for place in covered.iter_mut().skip(at).take(length) {
                    *place = true;
                }
            }
        }
    }
    let mut parts: Vec<String> = vec![String::new()];
    for (letter, covered) in letters.iter().zip(covered) {
        match parts.last_mut() {
            Some(part) if covered => part.push(*letter),
            _ => parts.push(String::new()),
        }
    }
    parts.into_iter().fold(String::new(), |best, next| {
        if next.chars().count() > best.chars().count() {
            next
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_string_are_one_group_and_single_strings_none() {
        let leaks: Vec<Vec<u32>> = (0..7).map(|at| vec![at, at + 1]).collect();
        let texts = [
            "say %blue-kite% now",
            "%blue-kite%",
            "the %blue-kite%, ok",
            "where is it",
            "a wooden spoon",
            "%blue-kite% and",
            "ab",
        ];
        let items: Vec<Item<'_>> = (0..)
            .zip(texts)
            .zip(&leaks)
            .map(|((id, text), leaks)| (id, text.to_owned(), leaks.as_slice()))
            .collect();
        let found = motifs(&items);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].candidates, [0, 1, 2, 5]);
        assert_eq!((found[0].size, found[0].leaks), (4, 6));
        assert_eq!(found[0].text, "%blue-kite%");
        assert!(motifs(&[]).is_empty());
    }

    #[test]
    fn two_strings_make_two_groups_and_the_one_in_more_leaks_comes_first() {
        let few = [1, 2];
        let many = [3, 4, 5, 6];
        let texts = [
            "vex^orlop",
            "see vex^orlop",
            "vex^orlop!",
            "in the year 2031",
            "the year 2031",
            "the year 2031?",
        ];
        let items: Vec<Item<'_>> = (0..)
            .zip(texts)
            .map(|(id, text)| (id, text.to_owned(), if id < 3 { &few[..] } else { &many[..] }))
            .collect();
        let found = motifs(&items);
        assert_eq!(found.len(), 2);
        assert!(found[0].text.contains("the year 2031"), "{found:?}");
        assert_eq!(found[1].text, "vex^orlop");
    }
}
