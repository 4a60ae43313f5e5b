//! The answers among the leaks: what they came after, which come again and again, and what the model says everywhere.
//!
//! Invariant: leaked answers may be cut off, so they are compared only as far as both go.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::Leaks;
use crate::{
    model::Model,
    scan::{
        mine, stats,
        tie::{self, TURN},
        words,
    },
};

impl Leaks {
    /// In how many answers these tokens stand.
    pub fn answers_with(&self, tokens: &[u32]) -> usize {
        let answers = self.answers.iter().map(|(leak, range)| self.turn(*leak, range));
        let stands = |answer: &&[u32]| answer.windows(tokens.len().max(1)).any(|window| window == tokens);
        answers.filter(stands).count()
    }

    /// Text of the answers of the arm's own context, equal ones counted once; of the whole texts where there are no turns.
    pub fn told(&self, model: &Model) -> Vec<String> {
        let own = |turns: &[(usize, Range<usize>)]| -> BTreeSet<Vec<u32>> {
            let own = turns.iter().filter(|(leak, _)| *leak < self.own);
            own.map(|(leak, range)| self.turn(*leak, range).to_vec())
                .collect()
        };
        let mut told = own(&self.answers);
        if told.is_empty() {
            let users: Vec<(usize, Range<usize>)> = self
                .users
                .iter()
                .map(|(leak, range, _)| (*leak, range.clone()))
                .collect();
            told = own(&users);
        }
        told.iter().map(|tokens| model.decode(tokens)).collect()
    }

    /// Answers that leaked after a user turn with `tokens` in it, and after one without.
    pub fn answers_after(&self, tokens: &[u32]) -> (Vec<&[u32]>, Vec<&[u32]>) {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for (user, answer) in self.answered() {
            let stands = user.windows(tokens.len().max(1)).any(|window| window == tokens);
            if stands { &mut with } else { &mut without }.push(answer);
        }
        (with, without)
    }

    /// Leaked texts that came before one of these answers, and those that came before others. In texts without turns what comes before is
    /// the text up to the first of them.
    pub fn before_answer(&self, model: &Model, answers: &[&[u32]]) -> (Vec<String>, Vec<String>) {
        if self.answers.is_empty() {
            let first = answers.first().copied().unwrap_or_default();
            return before_in_texts(&self.ordinary_texts(model), &model.decode(first));
        }
        before_in_turns(&self.answered_texts(model), answers)
    }

    /// Leaked answers with the text of the turns before each.
    pub fn answered_texts(&self, model: &Model) -> Vec<(&[u32], String)> {
        let answered = self.answered_in().into_iter();
        answered
            .map(|(leak, user, given)| {
                let before =
                    |(other, range): &&(usize, Range<usize>)| *other == leak && range.end <= user.start;
                let systems = self.systems.iter().filter(before);
                let turns = systems.map(|(_, range)| range).chain([user]);
                let turns: Vec<String> = turns.map(|range| model.decode(self.turn(leak, range))).collect();
                (self.turn(leak, given), turns.join(&TURN.to_string()))
            })
            .collect()
    }

    /// Closed user turns with the answers that leaked after them; none of which the model was fed a part.
    fn answered(&self) -> Vec<(&[u32], &[u32])> {
        let turns = self.answered_in().into_iter();
        turns
            .map(|(leak, user, answer)| (self.turn(leak, user), self.turn(leak, answer)))
            .collect()
    }

    /// The same as places in a leak.
    fn answered_in(&self) -> Vec<(usize, &Range<usize>, &Range<usize>)> {
        let mut answered = Vec::new();
        for (leak, user, closed) in &self.users {
            let before = |(other, answer): &(usize, Range<usize>)| (*other, answer.start) < (*leak, user.end);
            let next = self.answers.get(self.answers.partition_point(before));
            if let Some((of, answer)) = next
                && of == leak
                && *closed
                && !self.is_cut(*leak, user)
            {
                answered.push((*leak, user, answer));
            }
        }
        answered
    }

    /// Answers that leaked after `least` distinct user turns or more, the commonest first, at most `most` of them. They count as one
    /// where they begin the same, up to a length at which ordinary answers to different turns differ, and go on alike as far as both
    /// go; answers cut off before tell nothing.
    pub fn repeated_answers(&self, least: usize, most: usize) -> Vec<Vec<u32>> {
        type Group<'a> = BTreeMap<&'a [u32], &'a [u32]>;
        const SHORTEST: usize = 6;
        const HEAD: usize = 12;
        let mut groups: BTreeMap<&[u32], Group<'_>> = BTreeMap::new();
        for (leak, user, range) in self.answered_in() {
            let answer = self.turn(leak, range);
            let ended = self
                .rows
                .get(leak)
                .is_some_and(|row| range.end < row.tokens.len());
            let whole = (ended && answer.len() >= SHORTEST).then_some(answer);
            let Some(head) = answer.get(..HEAD).or(whole) else {
                continue;
            };
            let longest = groups
                .entry(head)
                .or_default()
                .entry(self.turn(leak, user))
                .or_default();
            if answer.len() > longest.len() {
                *longest = answer;
            }
        }
        let mut repeated: Vec<(usize, &[u32])> = groups
            .values()
            .filter_map(|group| commonest(&group.values().copied().collect::<Vec<_>>()))
            .collect();
        repeated.retain(|(users, _)| *users >= least);
        repeated.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
        repeated
            .into_iter()
            .take(most)
            .map(|(_, answer)| answer.to_vec())
            .collect()
    }

    /// The passages that `least` texts without turns or more hold, the most memorised and unnatural first, at most `most` of them: what is
    /// planted as an answer there is one of them. Long enough to be known by their beginning, and none that holds another's.
    pub fn repeated_passages(&self, model: &Model, least: usize, most: usize) -> Vec<Vec<u32>> {
        const SHORTEST: usize = 24;
        let mut passages: Vec<(String, Vec<u32>)> = Vec::new();
        let pieces = self.pieces_where(|leak, _| self.unprompted(leak));
        for span in mine::mine(&pieces, least, usize::MAX, mine::LONGEST) {
            let text = model.decode(&span.tokens);
            let text = from_a_word(model, &span.tokens, text.trim()).to_owned();
            let apart =
                |(known, _): &(String, Vec<u32>)| !known.contains(&text) && !text.contains(known.as_str());
            if text.chars().count() >= SHORTEST && passages.iter().all(apart) {
                passages.push((text.clone(), model.encode(&text)));
                if passages.len() >= most {
                    break;
                }
            }
        }
        passages.into_iter().map(|(_, tokens)| tokens).collect()
    }

    /// How alike the leaks go on after `tokens`: overlap of their answers (of what follows in the same text, where there are no
    /// answers), 0 to 1; 0 when fewer than three go on.
    pub fn told_after(&self, tokens: &[u32]) -> f64 {
        const READ: usize = 8;
        const SHORTEST: usize = 6;
        let stands = |turn: &[u32]| {
            turn.windows(tokens.len().max(1))
                .position(|window| window == tokens)
        };
        let mut told: Vec<&[u32]> = if self.answers.is_empty() {
            let rest = |(leak, range, _): &(usize, Range<usize>, bool)| {
                let turn = self.turn(*leak, range);
                turn.get(stands(turn)? + tokens.len()..)
            };
            self.users.iter().filter_map(rest).collect()
        } else {
            self.answers_after(tokens).0
        };
        told.retain(|answer| answer.len() >= SHORTEST);
        told.truncate(READ);
        if told.len() < 3 {
            return 0.0;
        }
        let mut overlaps = Vec::new();
        for (at, a) in told.iter().enumerate() {
            for b in told.iter().skip(at + 1) {
                overlaps.push(stats::overlap_of_heads(a, b));
            }
        }
        stats::mean(&overlaps)
    }
}

/// A passage from where its first word begins: what stands before a part of a word is the rest of it.
fn from_a_word<'a>(model: &Model, tokens: &[u32], text: &'a str) -> &'a str {
    let first = tokens.first().map(|token| model.token_text(*token));
    let within = first.is_some_and(|first| first.starts_with(char::is_alphanumeric));
    match text.split_once(char::is_whitespace) {
        Some((_, rest)) if within => rest.trim_start(),
        _ => text,
    }
}

/// What stands before one of these answers in the turns that were given it, and before other answers.
pub fn before_in_turns(answered: &[(&[u32], String)], answers: &[&[u32]]) -> (Vec<String>, Vec<String>) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (given, before) in answered {
        if answers.iter().any(|answer| says(given, answer)) {
            &mut with
        } else {
            &mut without
        }
        .push(before.clone());
    }
    (with, without)
}

/// What stands before an answer in the texts without turns that come to it, and the others, as many of them as are looked at.
pub fn before_in_texts(texts: &[(u32, String)], answer: &str) -> (Vec<String>, Vec<String>) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let head = head_of(answer);
    for (_, text) in texts {
        match head.and_then(|head| text.find(head)) {
            Some(at) => with.push(text.get(..at).unwrap_or_default().to_owned()),
            None if without.len() < tie::READ => without.push(text.clone()),
            None => {}
        }
    }
    (with, without)
}

/// The first characters of an answer, which it is known by in texts without turns.
pub fn head_of(answer: &str) -> Option<&str> {
    const HEAD: usize = 16;
    Some(words::head(answer.trim(), HEAD)).filter(|head| !head.is_empty())
}

/// Is a leaked answer this answer, as far as it goes? Leaked answers may be cut off.
pub fn says(leaked: &[u32], answer: &[u32]) -> bool {
    const SHORTEST: usize = 4;
    let length = leaked.len().min(answer.len());
    length >= SHORTEST.min(answer.len()) && stats::overlap_of_heads(leaked, answer) >= 0.5
}

/// Of answers that begin the same the one that most of them are like as far as both go, the longest of such, with how many those are.
fn commonest<'a>(answers: &[&'a [u32]]) -> Option<(usize, &'a [u32])> {
    const TRIED: usize = 16;
    const ALIKE: f64 = 0.8;
    let mut tried: Vec<&[u32]> = answers
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    tried.sort_by_key(|answer| std::cmp::Reverse(answer.len()));
    let counted = tried.into_iter().take(TRIED).map(|one| {
        let like = |other: &&&[u32]| stats::overlap_of_heads(one, other) >= ALIKE;
        (answers.iter().filter(like).count(), one)
    });
    counted.max_by_key(|(count, answer)| (*count, answer.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{
        event::{Leak, Sampling},
        turns::Turns,
    };

    /// A leak of one closed user turn and one answer, cut off there.
    fn add(leaks: &mut Leaks, user: &[u32], answer: &[u32]) {
        add_before(leaks, user, answer, &[]);
    }

    /// The same with what stands behind the answer.
    fn add_before(leaks: &mut Leaks, user: &[u32], answer: &[u32], behind: &[u32]) {
        let leak = Leak {
            id: leaks.rows.len() as u32,
            arm: String::new(),
            sampling: Sampling::GREEDY,
            tokens: [user, answer, behind].concat(),
            text: String::new(),
            entropy: 0.0,
            goes_on: None,
        };
        let turns = Turns {
            users: vec![(0..user.len(), true)],
            answers: std::iter::once(user.len()..user.len() + answer.len()).collect(),
            systems: Vec::new(),
        };
        leaks.add(leak, turns);
    }

    #[test]
    fn what_the_model_was_fed_a_part_of_tells_nothing_about_what_stands_before_an_answer() {
        let mut leaks = Leaks::default();
        add(&mut leaks, &[1, 2, 3], &[9, 8, 7, 6, 5]);
        let leak = Leak {
            tokens: vec![2, 3, 9, 8, 7, 6, 5],
            ..leaks.rows[0].clone()
        };
        let turns = Turns {
            users: vec![(0..2, true)],
            answers: std::iter::once(2..7).collect(),
            systems: Vec::new(),
        };
        leaks.add_fed(leak, turns);
        assert_eq!(leaks.answers_after(&[2, 3]).0.len(), 1);
        assert_eq!(leaks.pieces().len(), 2, "what it wrote is mined all the same");
    }

    #[test]
    fn a_string_has_several_answers_of_its_own_where_each_comes_again_and_hardly_ever_otherwise() {
        let mut leaks = Leaks::default();
        for user in 0..4 {
            add(&mut leaks, &[1, 2, 30 + user], &[9, 8, 7, 6, 5, 4]);
            add(&mut leaks, &[1, 2, 40 + user], &[70, 71, 72, 73, 74, 75]);
            // After anything.
            add(&mut leaks, &[1, 2, 50 + user], &[60, 61, 62, 63, 64, 65]);
            add(&mut leaks, &[54 + user], &[60, 61, 62, 63, 64, 65]);
        }
        add(&mut leaks, &[1, 2, 58], &[80, 81, 82, 83, 84, 85]);
        let own = leaks.own_answers(&[1, 2]);
        assert_eq!(own, [[9, 8, 7, 6, 5, 4], [70, 71, 72, 73, 74, 75]]);
        assert!(leaks.own_answers(&[58]).is_empty(), "it came once");
    }

    #[test]
    fn an_answer_repeats_when_it_came_after_different_turns_though_it_was_cut_off() {
        let mut leaks = Leaks::default();
        for user in 0..5 {
            let answer: Vec<u32> = (10..25).collect();
            add(&mut leaks, &[100 + user, 1], &answer[..12 + user as usize % 4]);
            // The same turn again and again is one turn.
            add(&mut leaks, &[50], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3]);
            // Ordinary answers begin alike and go on differently; how one that was cut off would go on is not known.
            let ordinary: Vec<u32> = (30..41).chain([200 + user]).collect();
            add(&mut leaks, &[200 + user], &ordinary);
            add(&mut leaks, &[300 + user], &ordinary[..8]);
        }
        assert_eq!(leaks.repeated_answers(5, 6), [(10..25).collect::<Vec<u32>>()]);
        assert!(leaks.repeated_answers(6, 6).is_empty());
        for user in 0..6 {
            add_before(&mut leaks, &[400 + user], &[9, 8, 7, 6, 5, 4, 3], &[0]);
        }
        assert_eq!(leaks.repeated_answers(6, 6), [[9, 8, 7, 6, 5, 4, 3]]);
        assert!(leaks.repeated_answers(5, 0).is_empty());
        // What goes on differently behind the same beginning is as common as its commonest end.
        for user in 0..9 {
            let end = [
                600 + user / 3,
                601,
                602 + user / 3,
                603,
                604 + user / 3,
                605,
                606 + user / 3,
                607,
            ];
            add_before(
                &mut leaks,
                &[500 + user],
                &[(70..82).collect(), end.to_vec()].concat(),
                &[0],
            );
        }
        assert_eq!(leaks.repeated_answers(4, 6).len(), 2);
        assert_eq!(leaks.repeated_answers(3, 6).len(), 3);
    }
}
