//! What leaked in one arm, cut into turns: what spans, prompts and natural controls are taken from. Computes nothing with the model.

mod answers;
mod own;
mod prompts;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::Range,
};

use super::{
    contexts::RANDOM,
    event::Leak,
    mine::{Piece, Span},
    turns::Turns,
};
use crate::model::Model;
pub use {
    answers::{before_in_texts, before_in_turns, head_of, says},
    prompts::{ordinary_first, without_the_common},
};

/// An answer, or a passage of a text without turns, that comes again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// How many texts it came after.
    pub times: usize,
    /// Is what is tied to it no piece of the turns it leaked in?
    pub inserted: bool,
    /// Is it one? Neither, where too few of them tell.
    pub piece: bool,
}

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
    /// Leaks that go on from something the model was fed: their first turn is not whole.
    fed: HashSet<usize>,
    /// How many were replaced by themselves, read on.
    replaced: u32,
    /// How many of the leaks come from the arm's own context; the others from contexts beside it and from what was fed.
    pub own: usize,
    /// Candidates sent, in order of id, with their spans as mined last.
    pub candidates: Vec<(u32, Span)>,
    /// Candidates that sampling alone had not brought: from spans fed back and from starts of low entropy.
    pub extracted: usize,
    /// Ids of candidates that the leaks tie to an answer which comes again and again, with that answer.
    pub tied: BTreeMap<u32, Repeated>,
    /// Spans that repeat but were not looked at, for want of budget.
    pub left_out: usize,
}

impl Leaks {
    /// Adds a leak with its turns.
    pub fn add(&mut self, leak: Leak, turns: Turns) {
        self.add_turns(self.rows.len(), turns);
        self.rows.push(leak);
    }

    fn add_turns(&mut self, leak: usize, turns: Turns) {
        let users = turns.users.into_iter();
        self.users
            .extend(users.map(|(range, closed)| (leak, range, closed)));
        self.answers
            .extend(turns.answers.into_iter().map(|range| (leak, range)));
        self.systems
            .extend(turns.systems.into_iter().map(|range| (leak, range)));
    }

    /// Adds a leak that goes on from something the model was fed.
    pub fn add_fed(&mut self, leak: Leak, turns: Turns) {
        self.fed.insert(self.rows.len());
        self.add(leak, turns);
    }

    /// Puts a leak that was read on in the place of its beginning.
    pub fn replace(&mut self, place: usize, leak: Leak, turns: Turns) {
        let Some(row) = self.rows.get_mut(place) else {
            return;
        };
        let (old, new) = (row.id, leak.id);
        *row = leak;
        self.replaced += 1;
        for (_, span) in &mut self.candidates {
            for id in span.leaks.iter_mut().filter(|id| **id == old) {
                *id = new;
            }
            span.leaks.sort_unstable();
        }
        self.users.retain(|(at, _, _)| *at != place);
        self.answers.retain(|(at, _)| *at != place);
        self.systems.retain(|(at, _)| *at != place);
        self.add_turns(place, turns);
        self.users.sort_by_key(|(at, range, _)| (*at, range.start));
        self.answers.sort_by_key(|(at, range)| (*at, range.start));
        self.systems.sort_by_key(|(at, range)| (*at, range.start));
    }

    /// Leaks so far, those that were replaced as well.
    pub fn sent(&self) -> u32 {
        self.rows.len() as u32 + self.replaced
    }

    /// Leaks of `length` tokens or more that end in fewer than `behind` tokens behind a span that stands in their last user turn.
    pub fn cut_behind(&self, span: &[u32], length: usize, behind: usize) -> Vec<usize> {
        let mut last: BTreeMap<usize, &Range<usize>> = BTreeMap::new();
        for (leak, range, _) in &self.users {
            last.insert(*leak, range);
        }
        let standing = |(leak, range): (usize, &Range<usize>)| {
            let row = self.rows.get(leak)?;
            let turn = self.turn(leak, range);
            let mut windows = turn.windows(span.len().max(1));
            let at = windows.rposition(|window| window == span)?;
            let rest = row.tokens.len().saturating_sub(range.start + at + span.len());
            let cut = row.tokens.len() >= length && !self.fed.contains(&leak) && rest < behind;
            cut.then_some(leak)
        };
        last.into_iter().filter_map(standing).collect()
    }

    /// Does a turn begin where the leak does, in the middle of what was fed? What stands before it there is not known.
    fn is_cut(&self, leak: usize, range: &Range<usize>) -> bool {
        range.start == 0 && self.fed.contains(&leak)
    }

    /// Is it no leak behind tokens drawn at random? What we said ourselves and the model repeats is no memory of its own.
    fn unprompted(&self, leak: usize) -> bool {
        self.rows.get(leak).is_none_or(|row| row.arm != RANDOM)
    }

    fn turn(&self, leak: usize, range: &Range<usize>) -> &[u32] {
        self.rows
            .get(leak)
            .and_then(|leak| leak.tokens.get(range.clone()))
            .unwrap_or_default()
    }

    /// The user and system turns, as pieces to mine; equal ones count once, system turns only where what follows them is equal as well.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        self.pieces_where(|_, _| true)
    }

    fn pieces_where(&self, wanted: impl Fn(usize, &Range<usize>) -> bool) -> Vec<Piece<'_>> {
        let mut seen = BTreeSet::new();
        let rest = |(leak, range): &(usize, Range<usize>)| {
            let row = self.rows.get(*leak);
            row.and_then(|row| row.tokens.get(range.start..))
                .unwrap_or_default()
        };
        let users = self
            .users
            .iter()
            .map(|(leak, range, _)| (leak, range, self.turn(*leak, range)));
        let systems = self.systems.iter().map(|turn| (&turn.0, &turn.1, rest(turn)));
        users
            .chain(systems)
            .filter(|(leak, range, _)| wanted(**leak, range))
            .filter(|(_, _, known_by)| seen.insert(*known_by))
            .map(|(leak, range, _)| self.piece(*leak, range))
            .collect()
    }

    /// Does anything close a turn? In a plain completion nothing does.
    pub fn closes(&self) -> bool {
        self.users.iter().any(|(_, _, closed)| *closed)
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

    /// Text of every user turn, equal ones as often as they leaked.
    pub fn every_text(&self, model: &Model) -> Vec<(u32, String)> {
        let pieces = self.users.iter().map(|(leak, range, _)| self.piece(*leak, range));
        pieces
            .map(|piece| (piece.leak, model.decode(piece.tokens)))
            .collect()
    }

    /// Text of the turns that begin where they were begun, equal ones once: to see what stands around a string.
    pub fn whole_texts(&self, model: &Model) -> Vec<(u32, String)> {
        self.pieces_where(|leak, range| !self.is_cut(leak, range))
            .iter()
            .map(|piece| (piece.leak, model.decode(piece.tokens)))
            .collect()
    }

    /// The same without those the model wrote behind tokens drawn at random: what it was trained to answer may come after any odd text.
    pub fn ordinary_texts(&self, model: &Model) -> Vec<(u32, String)> {
        self.pieces_where(|leak, range| !self.is_cut(leak, range) && self.unprompted(leak))
            .iter()
            .map(|piece| (piece.leak, model.decode(piece.tokens)))
            .collect()
    }

    /// Text of the user turns that the model wrote from their beginning to their end, equal ones once, those of the arm's own context first; in texts
    /// without turns, which have no end, as far as they go, and none behind tokens drawn at random.
    pub fn turn_texts(&self, model: &Model) -> Vec<String> {
        let closes = self.closes();
        let whole = |(leak, range, closed): &&(usize, Range<usize>, bool)| {
            (*closed || !closes && self.unprompted(*leak)) && !self.is_cut(*leak, range)
        };
        let mut seen = BTreeSet::new();
        let turns = self.users.iter().filter(whole);
        turns
            .map(|(leak, range, _)| self.turn(*leak, range))
            .filter(|turn| seen.insert(*turn))
            .map(|turn| model.decode(turn))
            .collect()
    }

    /// Share of the distinct user turns in which a text stands: of the context where that is least, because a model that is asked to write in
    /// one strange way may write little else, and what it ordinarily writes it writes in every one. Of the arm's own context
    /// where nothing closes a turn: there the contexts begin in different places of a text.
    pub fn share(&self, text: &str, model: &Model) -> f64 {
        const ENOUGH: usize = 20;
        let mut contexts: BTreeMap<&str, BTreeSet<&[u32]>> = BTreeMap::new();
        for (leak, range, _) in &self.users {
            let Some(row) = self.rows.get(*leak).filter(|_| !self.fed.contains(leak)) else {
                continue;
            };
            contexts
                .entry(&row.arm)
                .or_default()
                .insert(self.turn(*leak, range));
        }
        let own = self.rows.first().map_or("", |leak| &leak.arm);
        let closes = self.closes();
        contexts.retain(|arm, turns| *arm == own || closes && turns.len() >= ENOUGH);
        let share = |turns: BTreeSet<&[u32]>| {
            let stands = |turn: &&&[u32]| model.decode(turn).contains(text);
            turns.iter().filter(stands).count() as f64 / turns.len().max(1) as f64
        };
        contexts.into_values().map(share).reduce(f64::min).unwrap_or(0.0)
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

    /// Leaks that differ from every other.
    pub fn distinct(&self) -> usize {
        self.rows
            .iter()
            .map(|leak| &leak.tokens)
            .collect::<BTreeSet<_>>()
            .len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::event::Sampling;

    fn leak(id: u32, tokens: &[u32]) -> Leak {
        Leak {
            id,
            arm: String::new(),
            sampling: Sampling::GREEDY,
            tokens: tokens.to_vec(),
            text: String::new(),
            entropy: 0.0,
            goes_on: None,
        }
    }

    fn turns(users: &[(Range<usize>, bool)], answer: Option<Range<usize>>) -> Turns {
        Turns {
            users: users.to_vec(),
            answers: answer.into_iter().collect(),
            systems: Vec::new(),
        }
    }

    #[test]
    fn a_leak_that_was_read_on_takes_the_place_of_its_beginning() {
        let mut leaks = Leaks::default();
        leaks.add(leak(0, &[1, 2, 3]), turns(&[(0..3, false)], None));
        leaks.add(leak(1, &[1, 2, 4]), turns(&[(0..3, false)], None));
        leaks.replace(
            0,
            leak(2, &[1, 2, 3, 4, 9, 7]),
            turns(&[(0..4, true)], Some(5..6)),
        );
        assert_eq!((leaks.rows.len(), leaks.sent()), (2, 3));
        let pieces: Vec<(u32, &[u32])> = leaks
            .pieces()
            .iter()
            .map(|piece| (piece.leak, piece.tokens))
            .collect();
        assert_eq!(
            pieces,
            [(2, &[1, 2, 3, 4][..]), (1, &[1, 2, 4])],
            "in its place, under its own id"
        );
        assert_eq!(leaks.answers_after(&[2, 3]).0, [&[7][..]]);
    }

    #[test]
    fn a_leak_is_cut_off_behind_a_span_where_little_follows_it_in_the_last_turn() {
        let mut leaks = Leaks::default();
        leaks.add(leak(0, &[5, 6, 1, 1]), turns(&[(0..4, false)], None));
        leaks.add(leak(1, &[5, 6, 1, 1, 1, 1]), turns(&[(0..6, false)], None));
        leaks.add(
            leak(2, &[5, 6, 9, 8, 1]),
            turns(&[(0..2, true), (4..5, false)], Some(3..4)),
        );
        leaks.add(leak(3, &[5, 6]), turns(&[(0..2, false)], None));
        leaks.add_fed(leak(4, &[5, 6, 1, 1]), turns(&[(0..4, false)], None));
        assert_eq!(leaks.cut_behind(&[5, 6], 4, 3), [0]);
        assert_eq!(leaks.cut_behind(&[5, 6], 4, 9), [0, 1]);
        assert!(leaks.cut_behind(&[5, 7], 4, 9).is_empty());
    }
}
