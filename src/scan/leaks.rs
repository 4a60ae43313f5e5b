//! What leaked in one arm, cut into turns: what spans, prompts and natural controls are taken from. Computes nothing with the model.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

use super::{
    event::Leak,
    mine::{Piece, Span},
    stats,
    turns::Turns,
};
use crate::model::Model;

/// Everything phase one found in one arm.
#[derive(Debug, Default)]
pub struct Leaks {
    /// The leaks, in order.
    pub rows: Vec<Leak>,
    /// (leak, range) of each user turn and whether it was closed.
    users: Vec<(usize, Range<usize>, bool)>,
    /// (leak, range) of each answer.
    answers: Vec<(usize, Range<usize>)>,
    /// (leak, range) of each system turn.
    systems: Vec<(usize, Range<usize>)>,
    /// How many of the leaks come from the arm's own context; the others from contexts beside it and from what was fed.
    pub own: usize,
    /// Candidates sent, in order of id, with their spans as mined last.
    pub candidates: Vec<(u32, Span)>,
    /// Candidates that sampling alone had not brought: from spans fed back and from starts of low entropy.
    pub extracted: usize,
    /// Spans that repeat but were not looked at, for want of budget.
    pub left_out: usize,
}

impl Leaks {
    /// Adds a leak with its turns.
    pub fn add(&mut self, leak: Leak, turns: Turns) {
        let at = self.rows.len();
        let users = turns.users.into_iter();
        self.users
            .extend(users.map(|(range, closed)| (at, range, closed)));
        self.answers
            .extend(turns.answers.into_iter().map(|range| (at, range)));
        self.systems
            .extend(turns.systems.into_iter().map(|range| (at, range)));
        self.rows.push(leak);
    }

    fn turn(&self, leak: usize, range: &Range<usize>) -> &[u32] {
        self.rows
            .get(leak)
            .and_then(|leak| leak.tokens.get(range.clone()))
            .unwrap_or_default()
    }

    /// The user and system turns, as pieces to mine; equal ones count once.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut seen = BTreeSet::new();
        let users = self.users.iter().map(|(leak, range, _)| (leak, range));
        let systems = self.systems.iter().map(|(leak, range)| (leak, range));
        users
            .chain(systems)
            .map(|(leak, range)| self.piece(*leak, range))
            .filter(|piece| seen.insert(piece.tokens))
            .collect()
    }

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

    /// Did these tokens leak in a system turn?
    pub fn in_system(&self, tokens: &[u32]) -> bool {
        let mut turns = self.systems.iter().map(|(leak, range)| self.turn(*leak, range));
        turns.any(|turn| turn.windows(tokens.len().max(1)).any(|window| window == tokens))
    }

    /// Text of the user turns, with the numbers of their leaks.
    pub fn texts(&self, model: &Model) -> Vec<(u32, String)> {
        self.pieces()
            .iter()
            .map(|piece| (piece.leak, model.decode(piece.tokens)))
            .collect()
    }

    /// Share of the user turns of the arm's own context, equal ones counted once, in which a text stands.
    pub fn share(&self, text: &str, model: &Model) -> f64 {
        let own = self.users.iter().filter(|(leak, _, _)| *leak < self.own);
        let turns: BTreeSet<&[u32]> = own.map(|(leak, range, _)| self.turn(*leak, range)).collect();
        let stands = |turn: &&&[u32]| model.decode(turn).contains(text);
        turns.iter().filter(stands).count() as f64 / turns.len().max(1) as f64
    }

    /// Turns of every kind: where natural spans are drawn from.
    pub fn passages(&self) -> Vec<Piece<'_>> {
        let users = self.users.iter().map(|(leak, range, _)| (leak, range));
        let turns = users.chain(self.answers.iter().map(|(leak, range)| (leak, range)));
        turns.map(|(leak, range)| self.piece(*leak, range)).collect()
    }

    fn piece(&self, leak: usize, range: &Range<usize>) -> Piece<'_> {
        Piece {
            leak: self.rows.get(leak).map_or(0, |leak| leak.id),
            tokens: self.turn(leak, range),
        }
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

    /// Leaked texts that came before this answer, and those that came before others. In texts without turns what comes before is
    /// the text up to it.
    pub fn before_answer(&self, model: &Model, answer: &[u32]) -> (Vec<String>, Vec<String>) {
        const HEAD: usize = 16;
        let (mut with, mut without) = (Vec::new(), Vec::new());
        if self.answers.is_empty() {
            let answer = model.decode(answer);
            let answer = answer.trim();
            let end = answer.char_indices().nth(HEAD).map_or(answer.len(), |(at, _)| at);
            let head = answer.get(..end).filter(|head| !head.is_empty());
            for (_, text) in self.texts(model) {
                match head.and_then(|head| text.find(head)) {
                    Some(at) => with.push(text.get(..at).unwrap_or_default().to_owned()),
                    None => without.push(text),
                }
            }
            return (with, without);
        }
        for (user, given) in self.answered() {
            let texts = if says(given, answer) {
                &mut with
            } else {
                &mut without
            };
            texts.push(model.decode(user));
        }
        (with, without)
    }

    /// Closed user turns with the answers that leaked after them.
    fn answered(&self) -> Vec<(&[u32], &[u32])> {
        let after = |(leak, user, closed): &(usize, Range<usize>, bool)| {
            let next = self
                .answers
                .iter()
                .filter(|(other, answer)| other == leak && answer.start >= user.end);
            let (_, answer) = next.min_by_key(|(_, answer)| answer.start).filter(|_| *closed)?;
            Some((self.turn(*leak, user), self.turn(*leak, answer)))
        };
        self.users.iter().filter_map(after).collect()
    }

    /// Answers that leaked after `least` distinct user turns or more, the commonest first, at most `most` of them; those that begin
    /// alike count as one, because leaks are cut off.
    pub fn repeated_answers(&self, least: usize, most: usize) -> Vec<Vec<u32>> {
        type Group<'a> = (BTreeSet<&'a [u32]>, &'a [u32]);
        const HEAD: usize = 6;
        let mut groups: BTreeMap<&[u32], Group<'_>> = BTreeMap::new();
        for (user, answer) in self.answered() {
            let Some(head) = answer.get(..HEAD) else { continue };
            let (users, longest) = groups.entry(head).or_default();
            users.insert(user);
            if answer.len() > longest.len() {
                *longest = answer;
            }
        }
        let mut repeated: Vec<(usize, &[u32])> = groups
            .values()
            .map(|(users, answer)| (users.len(), *answer))
            .collect();
        repeated.retain(|(users, _)| *users >= least);
        repeated.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
        repeated
            .into_iter()
            .take(most)
            .map(|(_, answer)| answer.to_vec())
            .collect()
    }

    /// Distinct leaked prompts these tokens stand in, with the place where: closed user turns, or the heads of texts where nothing closes
    /// a turn.
    pub fn prompts_with(&self, tokens: &[u32], longest: usize) -> Vec<(&[u32], usize)> {
        let closes = self.users.iter().any(|(_, _, closed)| *closed);
        let mut seen = BTreeSet::new();
        let standing = |(leak, range, closed): &(usize, Range<usize>, bool)| {
            let turn = self.turn(*leak, range);
            let at = turn
                .windows(tokens.len().max(1))
                .position(|window| window == tokens)?;
            let end = if *closed {
                turn.len()
            } else {
                // What depends on the string comes after it, and the answer is to be read, not given.
                (at + tokens.len() + 2).max(turn.len() * 3 / 5).min(turn.len())
            };
            let prompt = turn.get(..end)?;
            (*closed || !closes).then_some((prompt, at))
        };
        let prompts = self.users.iter().filter_map(standing);
        prompts
            .filter(|(prompt, _)| prompt.len() <= longest && seen.insert(*prompt))
            .collect()
    }

    /// What stands before these tokens in the first leak they stand in, at most `most` tokens of it.
    pub fn before(&self, tokens: &[u32], most: usize) -> &[u32] {
        let standing = |(leak, range, _): &(usize, Range<usize>, bool)| {
            let turn = self.turn(*leak, range);
            let at = turn
                .windows(tokens.len().max(1))
                .position(|window| window == tokens)?;
            turn.get(at.saturating_sub(most)..at)
        };
        self.users.iter().find_map(standing).unwrap_or_default()
    }

    /// Estimated share of what the model would write next that is new: of all runs of four tokens in user turns, those that stand in
    /// one turn only (Good 1953). 1 before anything was seen.
    pub fn unseen(&self) -> f64 {
        const RUN: usize = 4;
        let mut times: HashMap<&[u32], u32> = HashMap::new();
        for piece in self.pieces() {
            let runs: BTreeSet<&[u32]> = piece.tokens.windows(RUN).collect();
            for run in runs {
                *times.entry(run).or_default() += 1;
            }
        }
        let all: u32 = times.values().sum();
        let once = times.values().filter(|times| **times == 1).count();
        if all == 0 {
            1.0
        } else {
            once as f64 / f64::from(all)
        }
    }

    /// The answer that at least three leaks give after these tokens and hardly any other leak does; the fullest of them.
    pub fn own_answer(&self, tokens: &[u32]) -> Option<Vec<u32>> {
        const SHORTEST: usize = 6;
        const ALIKE: f64 = 0.6;
        const OTHERS: usize = 200;
        let (with, without) = self.answers_after(tokens);
        let alike =
            |a: &[u32], b: &[u32]| a.len().min(b.len()) >= SHORTEST && stats::overlap_of_heads(a, b) >= ALIKE;
        let said =
            |answer: &[u32], answers: &[&[u32]]| answers.iter().filter(|other| alike(answer, other)).count();
        let own = with
            .iter()
            .filter(|answer| said(answer, &with) >= 3)
            .max_by_key(|answer| (answer.len(), std::cmp::Reverse(**answer)))?;
        let others = without.get(..OTHERS).unwrap_or(&without);
        (said(own, others) * 20 <= others.len()).then(|| own.to_vec())
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

    /// Distinct prompts the model wrote itself: closed user turns, or the heads of texts where nothing closes a turn.
    pub fn prompts(&self, model: &Model, longest: usize) -> Vec<Vec<u32>> {
        const SHORTEST: usize = 4;
        let closes = self.users.iter().any(|(_, _, closed)| *closed);
        let opens = |token: u32| model.token_text(token).starts_with(char::is_whitespace);
        let mut seen = BTreeSet::new();
        self.users
            .iter()
            .filter(|(leak, _, closed)| *leak < self.own && (*closed || !closes))
            .enumerate()
            .map(|(number, (leak, range, closed))| {
                let turn = self.turn(*leak, range);
                if *closed { turn } else { head(turn, number, &opens) }
            })
            .filter(|turn| (SHORTEST..=longest).contains(&turn.len()) && seen.insert(turn.to_vec()))
            .map(<[u32]>::to_vec)
            .collect()
    }

    /// Leaks that differ from every other.
    pub fn distinct(&self) -> usize {
        self.rows
            .iter()
            .map(|leak| &leak.tokens)
            .collect::<BTreeSet<_>>()
            .len()
    }
}

/// Is a leaked answer this answer, as far as it goes? Leaked answers may be cut off.
pub fn says(leaked: &[u32], answer: &[u32]) -> bool {
    const SHORTEST: usize = 4;
    let length = leaked.len().min(answer.len());
    length >= SHORTEST.min(answer.len()) && stats::overlap_of_heads(leaked, answer) >= 0.5
}

/// The head of a text, up to where a word begins. Heads of different shares: what a text depends on may stand anywhere in it, and
/// what depends on that anywhere after.
fn head<'a>(text: &'a [u32], number: usize, opens: &dyn Fn(u32) -> bool) -> &'a [u32] {
    const SHARES: [f64; 4] = [0.45, 0.6, 0.3, 0.75];
    let share = SHARES.get(number % SHARES.len()).copied().unwrap_or(0.5);
    let target = (share * text.len() as f64) as usize;
    let begins = |at: &usize| text.get(*at).is_some_and(|token| opens(*token));
    let cut = (target..text.len()).find(begins).unwrap_or(target);
    text.get(..cut).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::event::Sampling;

    /// A leak of one closed user turn and one answer.
    fn add(leaks: &mut Leaks, user: &[u32], answer: &[u32]) {
        let leak = Leak {
            id: leaks.rows.len() as u32,
            arm: String::new(),
            sampling: Sampling::GREEDY,
            tokens: [user, answer].concat(),
            text: String::new(),
            entropy: 0.0,
        };
        let turns = Turns {
            users: vec![(0..user.len(), true)],
            answers: std::iter::once(user.len()..user.len() + answer.len()).collect(),
            systems: Vec::new(),
        };
        leaks.add(leak, turns);
    }

    #[test]
    fn an_answer_repeats_when_it_came_after_different_turns_though_it_was_cut_off() {
        let mut leaks = Leaks::default();
        for user in 0..5 {
            let answer = [9, 8, 7, 6, 5, 4, 3, 2];
            add(&mut leaks, &[100 + user, 1], &answer[..6 + user as usize % 3]);
            // The same turn again and again is one turn.
            add(&mut leaks, &[50], &[1, 2, 3, 4, 5, 6]);
            add(&mut leaks, &[200 + user], &[40 + user, 41, 42, 43, 44, 45]);
        }
        assert_eq!(leaks.repeated_answers(5, 6), [[9, 8, 7, 6, 5, 4, 3, 2]]);
        assert!(leaks.repeated_answers(6, 6).is_empty());
        assert!(leaks.repeated_answers(5, 0).is_empty());
    }
}
